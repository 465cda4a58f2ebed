package demo

import (
	"bytes"
	"fmt"
	"path/filepath"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
)

// The shapes of content/portfolio.yaml. It is not the form in which a ministry
// writes its portfolio: days are counted from today, forwards, so that -30 is a
// month ago.
type (
	portfolioFile struct {
		Ministries []audit.Ministry
		Challenges []challengeFile
	}
	challengeFile struct {
		ID, Name, Ministry, Cohort string
		Start, End, Production     *int
		Scenario                   audit.Scenario
		Criticality                audit.Criticality
		Kinds                      []audit.Kind
		Host                       string
		DSI, Mentors, People       []personFile
		Repositories               []struct {
			Name string
			Role audit.Role
		}
		Waivers []struct {
			Check, Repository, Reason, Author string
			Paths                             []string
			Expires                           int
		}
		Attestations []struct {
			Check, Says, Author, Link string
			Date, Expires             int
		}
	}
	personFile struct {
		Name    string
		Emails  []string
		Leaves  *int
		Staying bool
	}
)

// portfolio reads the content, with paths below dir and days from day.
func portfolio(dir string, day time.Time) (*audit.Portfolio, error) {
	data, err := content.ReadFile("content/portfolio.yaml")
	if err != nil {
		return nil, err
	}
	var file portfolioFile
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("read content/portfolio.yaml: %w", err)
	}
	p := &audit.Portfolio{Demonstration: true, Ministries: file.Ministries}
	at := calendar{dir, day}
	for _, c := range file.Challenges {
		p.Challenges = append(p.Challenges, at.challenge(c))
	}
	return p, nil
}

// calendar turns names into paths and days into dates.
type calendar struct {
	dir string
	day time.Time
}

func (at calendar) date(days int) time.Time { return at.day.AddDate(0, 0, days) }

func (at calendar) maybe(days *int) time.Time {
	if days == nil {
		return time.Time{}
	}
	return at.date(*days)
}

// url is the folder of a repository; "" stays as it is.
func (at calendar) url(name string) string {
	if name == "" {
		return ""
	}
	return filepath.Join(at.dir, name+".git")
}

func (at calendar) challenge(f challengeFile) audit.Challenge {
	c := audit.Challenge{
		ID: f.ID, Name: f.Name, Ministry: f.Ministry, Cohort: f.Cohort,
		MissionStart: at.maybe(f.Start), MissionEnd: at.maybe(f.End), PlannedProduction: at.maybe(f.Production),
		Scenario: f.Scenario, Criticality: f.Criticality, Kinds: f.Kinds, Host: f.Host,
		DSI: at.people(f.DSI), Mentors: at.people(f.Mentors), People: at.people(f.People),
	}
	for _, r := range f.Repositories {
		c.Repositories = append(c.Repositories, audit.Source{URL: at.url(r.Name), Role: r.Role})
	}
	for _, w := range f.Waivers {
		c.Waivers = append(c.Waivers, audit.Waiver{
			Check: w.Check, Paths: w.Paths, Repository: at.url(w.Repository), Reason: w.Reason, Author: w.Author, Expires: at.date(w.Expires),
		})
	}
	for _, a := range f.Attestations {
		c.Attestations = append(c.Attestations, audit.Attestation{
			Check: a.Check, Says: a.Says, Author: a.Author, Link: a.Link, Date: at.date(a.Date), Expires: at.date(a.Expires),
		})
	}
	return c
}

func (at calendar) people(files []personFile) []audit.Person {
	var all []audit.Person
	for _, f := range files {
		all = append(all, audit.Person{
			Name: f.Name, Emails: f.Emails, Leaves: at.maybe(f.Leaves), Leaving: f.Leaves != nil, Staying: f.Staying,
		})
	}
	return all
}
