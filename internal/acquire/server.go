package acquire

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
	gitssh "github.com/go-git/go-git/v5/plumbing/transport/ssh"

	"github.com/perenne-audit/perenne/internal/acquire/gitwire"
	"github.com/perenne-audit/perenne/internal/audit"
)

func fromServer(ctx context.Context, place Place, o Options) (*Snapshot, error) {
	auth, err := credentials(place.Endpoint, o.Token)
	if err != nil {
		return nil, err
	}
	o.Progress(Connecting)
	fetched, err := gitwire.Fetch(ctx, gitwire.Request{
		Endpoint: place.Endpoint, Auth: auth, Transport: o.Transport, Branch: o.Branch,
		// The files' fetch brings the commit itself, which every audit names.
		Files: true, Past: o.Limits.PastCommits,
		History:   o.Needs&(audit.NeedAuthors|audit.NeedFileHistory) != 0,
		Folders:   o.Needs.Has(audit.NeedFileHistory),
		Tags:      o.Needs.Has(audit.NeedTags),
		BlobBytes: o.Limits.BlobBytes, FetchBytes: o.Limits.FetchBytes,
		Commits: o.Limits.UnfilteredCommits, MemoryBytes: o.Limits.MemoryBytes, DiskBytes: o.Limits.DiskBytes,
	})
	if err != nil {
		return nil, err
	}
	o.Progress(Reading)
	s, err := fromFetched(ctx, place, fetched, o)
	if err != nil {
		return nil, errors.Join(err, fetched.Close())
	}
	s.close = fetched.Close
	return s, nil
}

func fromFetched(ctx context.Context, place Place, fetched *gitwire.Fetched, o Options) (*Snapshot, error) {
	s := &Snapshot{Snapshot: &audit.Snapshot{TakenAt: o.TakenAt}, ReceivedBytes: fetched.Bytes}
	main := fetched.Files
	if main == nil {
		main = fetched.History
	}
	files := &reader{objects: main, limits: o.Limits, folder: o.Folder, omitted: true}
	var head commit
	var err error
	if s.Repository, head, err = files.describe(fetched.Head, fetched.Branch, place.URL); err != nil {
		return nil, err
	}
	if fetched.FilesErr == nil && fetched.Files != nil {
		if s.Tree, err = files.tree(head.tree); err != nil {
			return nil, err
		}
	}
	for _, failed := range []error{fetched.FilesErr, fetched.HistoryErr} {
		if errors.Is(failed, audit.ErrTooLarge) {
			files.reach("fetch_bytes", o.Limits.FetchBytes, failed.Error())
		} else if failed != nil {
			s.Interrupted = true
		}
	}
	if fetched.History != nil {
		history := &reader{objects: fetched.History, limits: o.Limits}
		if s.History, err = history.past(ctx, fetched.Head, s.Files(), o.Needs, fetched.History.Trees); err != nil {
			return nil, err
		}
		files.reached = append(files.reached, history.reached...)
		if s.Tree != nil {
			if s.Past, err = files.takenAway(ctx, s.History, history.graph, s.Files()); err != nil {
				return nil, err
			}
		}
	}
	s.Tags, s.Limits = boundTags(fetched.Tags, o.Limits.Tags)
	s.Limits = append(s.Limits, files.reached...)
	return s, nil
}

// credentials finds what to show the server: for http a token from the
// environment or what the address itself holds; for ssh the agent, else the
// user's own keys. Git's credential helpers are programs, and none is run.
func credentials(e *transport.Endpoint, token func(string) string) (transport.AuthMethod, error) {
	switch e.Protocol {
	case "http", "https":
		host := e.Host
		if e.Port != 0 {
			host = fmt.Sprintf("%s:%d", e.Host, e.Port)
		}
		for _, name := range []string{host, e.Host} {
			if token == nil || token(name) == "" {
				continue
			}
			user, secret, found := strings.Cut(token(name), ":")
			if !found {
				// Every forge takes a token with any user name.
				user, secret = "token", user
			}
			return &githttp.BasicAuth{Username: user, Password: secret}, nil
		}
	case "ssh":
		return sshCredentials(e)
	}
	return nil, nil
}

func sshCredentials(e *transport.Endpoint) (transport.AuthMethod, error) {
	user := e.User
	if user == "" {
		user = gitssh.DefaultUsername
	}
	if os.Getenv("SSH_AUTH_SOCK") != "" {
		if agent, err := gitssh.NewSSHAgentAuth(user); err == nil {
			return agent, nil
		}
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, fmt.Errorf("find your ssh keys: %w", err)
	}
	for _, name := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
		if keys, err := gitssh.NewPublicKeysFromFile(user, filepath.Join(home, ".ssh", name), ""); err == nil {
			return keys, nil
		}
	}
	return nil, fmt.Errorf("no ssh agent and no key without a passphrase in ~/.ssh; start an agent and add your key: %w", audit.ErrUnsupported)
}
