package storetest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/store"
)

// OpenFunc opens the store at an address: a path, a URL.
type OpenFunc func(ctx context.Context, address string) (store.Store, error)

// addressVariable makes the test program save audits instead of testing.
const addressVariable = "PERENNE_STORETEST_ADDRESS"

// crashAudits is how many audits each process saves, in turn, for ever.
const crashAudits = 150

// Main runs the tests of a package and stops the server that they share; call it
// from TestMain. It returns the exit code.
func Main(m *testing.M, open OpenFunc) int {
	if address := os.Getenv(addressVariable); address != "" {
		fmt.Fprintln(os.Stderr, saveForEver(open, address))
		return 1
	}
	code := m.Run()
	if shared.server != nil {
		shared.server.end()
	}
	return code
}

// saveForEver saves the same audits as every other process, until it is killed
// or something goes wrong.
func saveForEver(open OpenFunc, address string) error {
	ctx := context.Background()
	s, err := open(ctx, address)
	if err != nil {
		return err
	}
	for round := 0; ; round++ {
		for n := range crashAudits {
			if _, err := s.Save(ctx, crashAudit(n, round)); err != nil {
				return err
			}
		}
		if _, err := s.Thin(ctx, noon.AddDate(2, 0, 0)); err != nil {
			return err
		}
	}
}

// Crash lets several processes save the same audits into one store and kills
// them at any moment. Nothing may be torn or twice, and all must be there in the
// end. The processes make the store, at the same time.
func Crash(t *testing.T, open OpenFunc, address string) {
	const processes, kills = 3, 12
	start := func() *process { return startProcess(t, address) }
	running := []*process{}
	for range processes {
		running = append(running, start())
	}
	for i := range kills {
		time.Sleep(time.Duration(40+i*i*3) * time.Millisecond)
		running[i%processes].kill(t)
		running[i%processes] = start()
	}
	awaitOne(t, open, address)
	for _, p := range running {
		p.kill(t)
	}
	s, err := open(t.Context(), address)
	must(t, err)
	defer func() { must(t, s.Close()) }()
	must(t, s.Ping(t.Context()))
	before := whole(t, s)
	if before == 0 {
		t.Error("nothing was saved before the last kill")
	}
	for n := range crashAudits {
		save(t, s, crashAudit(n, 0))
	}
	if n := whole(t, s); n != crashAudits {
		t.Errorf("%d repositories, want %d", n, crashAudits)
	}
	for n := range crashAudits {
		if points := curve(t, s, key(n)); len(points) != 1 {
			t.Errorf("%d points for one audit of %v", len(points), key(n))
		}
	}
	none, err := s.Changes(t.Context(), "", time.Time{}, 10)
	must(t, err)
	equal(t, "changes", len(none), 0)
}

// awaitOne waits until something was saved: on a machine that has much else to do,
// processes may be killed before they come to it.
func awaitOne(t *testing.T, open OpenFunc, address string) {
	t.Helper()
	s, err := open(t.Context(), address)
	must(t, err)
	for end := time.Now().Add(time.Minute); whole(t, s) == 0 && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
	}
	// Nobody has it open when the last processes are killed.
	must(t, s.Close())
}

func crashAudit(n, round int) store.Audit {
	return Sample(key(n), CommitID(n), noon.Add(time.Duration(round)*time.Hour), n)
}

// whole checks that no row is torn and returns how many repositories there are.
func whole(t *testing.T, s store.Store) int {
	t.Helper()
	states, err := s.States(t.Context(), "")
	must(t, err)
	for i, state := range states {
		if state.Latest == nil {
			t.Errorf("%v is torn", state.Key)
		}
		if i > 0 && states[i-1].Key == state.Key {
			t.Errorf("%v is there twice", state.Key)
		}
	}
	return len(states)
}

type process struct {
	cmd  *exec.Cmd
	said strings.Builder
}

func startProcess(t *testing.T, address string) *process {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	p := &process{cmd: exec.Command(self)}
	p.cmd.Env = append(os.Environ(), addressVariable+"="+address)
	p.cmd.Stdout, p.cmd.Stderr = &p.said, &p.said
	must(t, p.cmd.Start())
	t.Cleanup(func() { _ = p.cmd.Process.Kill() }) // it is dead by now, but for a failure
	return p
}

// kill ends the process as a power cut would; it must not have ended by itself.
func (p *process) kill(t *testing.T) {
	t.Helper()
	must(t, p.cmd.Process.Kill())
	if err := p.cmd.Wait(); err == nil || p.said.Len() > 0 {
		t.Errorf("a process ended by itself: %v %s", err, p.said.String())
	}
}
