package metrics

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/perenne-audit/perenne/internal/board"
)

// Collector returns the series of the challenges for a registry of the client
// library, such as that of a program that embeds this one. It reads the board at
// each call and is meant for small portfolios: [Metrics.Handler] shows the same,
// an order of magnitude faster.
func (m *Metrics) Collector() prometheus.Collector {
	c := collector{m: m}
	for _, f := range ofChallenge {
		c.descs = append(c.descs, prometheus.NewDesc(f.name, f.help, f.labels, nil))
	}
	return c
}

type collector struct {
	m     *Metrics
	descs []*prometheus.Desc
}

// Describe implements [prometheus.Collector].
func (c collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		to <- d
	}
}

// Collect implements [prometheus.Collector].
func (c collector) Collect(to chan<- prometheus.Metric) {
	if c.m.c.Board == nil {
		return
	}
	err := c.m.rows(context.Background(), func(rows []board.Row) {
		for i := range rows {
			for j, f := range ofChallenge {
				f.of(&rows[i], func(value float64, first, second string) {
					if known(value) {
						labels := []string{rows[i].Challenge.ID, first, second}[:len(f.labels)]
						to <- prometheus.MustNewConstMetric(c.descs[j], prometheus.GaugeValue, value, labels...)
					}
				})
			}
		}
	})
	if err != nil {
		to <- prometheus.NewInvalidMetric(c.descs[0], err)
	}
}
