package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/report"
	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/text"
)

// status says beside the audited commit of one repository what its challenge comes to.
func (p *Publisher) status(ctx context.Context, view *board.Challenge, r board.Repository, last *store.Posting) error {
	said := statusOf(view, p.Page(view.Row.Challenge.ID))
	commit := r.State.Latest.Result.Repository.Commit
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%+v", commit, said))
	digest := hex.EncodeToString(sum[:])
	if digest == last.Digest {
		return nil
	}
	ctx, at, err := where(ctx, r.Source.URL)
	if err != nil {
		return fmt.Errorf("write a status to %s: %w", acquire.Show(r.Source.URL), err)
	}
	client, err := p.Desk.Statuses(ctx, at)
	if err != nil {
		return fmt.Errorf("write a status to %s: %w", at, err)
	}
	sent, err := forge.Say(ctx, client, at, commit, said)
	if err != nil {
		return err
	}
	if last.Digest = digest; sent {
		last.WrittenAt = p.Now()
	}
	return nil
}

// statusOf is the status of a challenge. Only where the portfolio wants the gate does
// it ever fail: a report must not redden the commits of a team that is at work.
func statusOf(view *board.Challenge, page string) forge.Status {
	c, lang := view.Row.Challenge, audit.French
	if c.Issues != nil && c.Issues.Lang != "" {
		lang = c.Issues.Lang
	}
	m, score, key := text.In(lang), "–", "publish.not-ready"
	if view.Continuity != nil {
		score = report.Score(*view.Continuity, lang)
	}
	if view.Ready {
		key = "publish.ready"
	}
	words := []rune(m.Say(key, "score", score, "count", view.OpenBlockers))
	return forge.Status{Name: forge.StatusPrefix + c.ID, Failed: c.Status == audit.StatusGate && !view.Ready,
		Words: string(words[:min(len(words), forge.MaxStatus)]), URL: page}
}
