package deploy_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/portfolio"
)

const chart = "helm/perenne"

// object is what these tests want to know of any object; its fields were checked
// against the types of Kubernetes before.
type object struct {
	Kind     string
	Metadata struct{ Name string }
	Data     map[string]string
	Spec     spec
}

type spec struct {
	Replicas    *int
	Template    struct{ Spec pod }
	MaxReplicas int
	Metrics     []struct {
		Type     string
		External struct {
			Metric struct{ Name string }
		}
	}
	PolicyTypes []string
	Groups      []any
}

type pod struct {
	AutomountServiceAccountToken *bool
	SecurityContext              struct {
		RunAsNonRoot   bool
		RunAsUser      int
		SeccompProfile struct{ Type string }
	}
	InitContainers, Containers []container
}

type container struct {
	Name            string
	Image           string
	Args            []string
	SecurityContext struct {
		AllowPrivilegeEscalation *bool
		ReadOnlyRootFilesystem   bool
		Capabilities             struct{ Drop []string }
	}
	Env []struct {
		Name, Value string
		ValueFrom   struct {
			SecretKeyRef struct{ Name, Key string }
		}
	}
	Resources struct {
		Requests, Limits map[string]string
	}
	LivenessProbe, ReadinessProbe *struct {
		HTTPGet struct{ Path string }
	}
}

// rendered returns the chart's objects by kind and name.
func rendered(t *testing.T, values string) map[string]object {
	t.Helper()
	var all []object
	if said := understood(t, &all, "chart", chart, values); said != "" {
		t.Fatalf("%s: %s", values, said)
	}
	byName := map[string]object{}
	for _, o := range all {
		byName[o.Kind+" "+o.Metadata.Name] = o
	}
	return byName
}

func TestChart(t *testing.T) {
	files, err := filepath.Glob(chart + "/ci/*-values.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, values := range files {
		objects := rendered(t, values)
		for name, part := range map[string]string{"Deployment perenne-web": "web", "Deployment perenne-worker": "worker"} {
			o, ok := objects[name]
			if !ok {
				t.Fatalf("%s: no %s", values, name)
			}
			restricted(t, values+": "+name, o.Spec.Template.Spec)
			if c := o.Spec.Template.Spec.Containers[0]; c.Name != part {
				t.Errorf("%s: %s runs %s", values, name, c.Name)
			}
		}
		acceptable(t, values, objects)
	}
}

// restricted holds a pod against the strictest of Kubernetes' Pod Security
// Standards, and a little more.
func restricted(t *testing.T, where string, p pod) {
	t.Helper()
	if p.AutomountServiceAccountToken == nil || *p.AutomountServiceAccountToken {
		t.Errorf("%s: a token for Kubernetes is mounted", where)
	}
	if s := p.SecurityContext; !s.RunAsNonRoot || s.RunAsUser == 0 || s.SeccompProfile.Type != "RuntimeDefault" {
		t.Errorf("%s: %+v", where, s)
	}
	if len(p.InitContainers) != 1 || !slices.Equal(p.InitContainers[0].Args, []string{"migrate"}) {
		t.Errorf("%s: nobody brings the tables up to date", where)
	}
	for _, c := range append(p.InitContainers, p.Containers...) {
		s := c.SecurityContext
		if s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation || !s.ReadOnlyRootFilesystem || !slices.Equal(s.Capabilities.Drop, []string{"ALL"}) {
			t.Errorf("%s: %s: %+v", where, c.Name, s)
		}
		if c.Resources.Requests["memory"] == "" || c.Resources.Limits["memory"] == "" {
			t.Errorf("%s: %s: no word on memory", where, c.Name)
		}
		for _, e := range c.Env {
			if e.Name == "PERENNE_DATABASE_URL" && e.ValueFrom.SecretKeyRef.Name != "perenne-database" {
				t.Errorf("%s: %s: the database's address is no secret: %+v", where, c.Name, e)
			}
		}
	}
	for _, c := range p.Containers {
		if c.LivenessProbe == nil || c.LivenessProbe.HTTPGet.Path != "/healthz" || c.ReadinessProbe == nil || c.ReadinessProbe.HTTPGet.Path != "/readyz" {
			t.Errorf("%s: %s is not probed", where, c.Name)
		}
		if i := slices.Index(c.Args, "--listen"); i < 0 || c.Args[i+1] != ":8080" {
			t.Errorf("%s: %s does not listen where it is probed: %q", where, c.Name, c.Args)
		}
	}
}

// acceptable puts the rendered settings and portfolio to perenne's own readers.
func acceptable(t *testing.T, where string, objects map[string]object) {
	t.Helper()
	settings := filepath.Join(t.TempDir(), "perenne.yaml")
	if err := os.WriteFile(settings, []byte(objects["ConfigMap perenne"].Data["perenne.yaml"]), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(settings); err != nil {
		t.Errorf("%s: %v", where, err)
	}
	given, ok := objects["ConfigMap perenne-portfolio"]
	if !ok {
		return
	}
	file := filepath.Join(t.TempDir(), "portfolio.yaml")
	if err := os.WriteFile(file, []byte(given.Data["portfolio.yaml"]), 0o600); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range checks.All() {
		ids = append(ids, c.ID)
	}
	if _, err := portfolio.Load(file, portfolio.Options{Checks: ids}); err != nil {
		t.Errorf("%s: %v", where, err)
	}
}

func TestChartParts(t *testing.T) {
	smallest := rendered(t, chart+"/ci/smallest-values.yaml")
	everything := rendered(t, chart+"/ci/everything-values.yaml")
	for _, name := range []string{"Ingress perenne", "ServiceMonitor perenne", "PodMonitor perenne-worker", "PrometheusRule perenne", "HorizontalPodAutoscaler perenne-worker"} {
		if _, ok := smallest[name]; ok {
			t.Errorf("%s is there without having been asked for", name)
		}
		if _, ok := everything[name]; !ok {
			t.Errorf("%s is not there", name)
		}
	}
	for _, name := range []string{"NetworkPolicy perenne-web", "NetworkPolicy perenne-worker"} {
		if !slices.Equal(smallest[name].Spec.PolicyTypes, []string{"Ingress", "Egress"}) {
			t.Errorf("%s: %+v", name, smallest[name].Spec.PolicyTypes)
		}
	}
	scaler := everything["HorizontalPodAutoscaler perenne-worker"].Spec
	if len(scaler.Metrics) != 2 || scaler.Metrics[0].External.Metric.Name != "perenne_queue_jobs" || scaler.Metrics[1].Type != "Resource" {
		t.Errorf("%+v", scaler.Metrics)
	}
	if everything["Deployment perenne-worker"].Spec.Replicas != nil {
		t.Error("every upgrade would undo what the autoscaler did")
	}
	cpu := rendered(t, chart+"/ci/processor-values.yaml")["HorizontalPodAutoscaler perenne-worker"].Spec
	if len(cpu.Metrics) != 1 || cpu.Metrics[0].Type != "Resource" {
		t.Errorf("%+v", cpu.Metrics)
	}
	if image := everything["Deployment perenne-web"].Spec.Template.Spec.Containers[0].Image; !strings.Contains(image, "@sha256:") {
		t.Errorf("image %s", image)
	}
}

// What is wrong is said before anything is installed.
func TestChartRefuses(t *testing.T) {
	const fine = "database: {existingSecret: d}\nportfolio: {existingConfigMap: p}\n"
	for _, c := range []struct{ values, says string }{
		{"{}", "database.existingSecret is empty"},
		{"database: {existingSecret: d}", "say what to audit"},
		{"database: {existingSecret: d}\nportfolio: {existingConfigMap: p, content: 'challenges: []'}", "say what to audit"},
		{fine + "ingress: {enabled: true}", "ingress.host is empty"},
		{fine + "worker: {autoscaling: {enabled: true, queue: {enabled: false}}}", "nothing to go by"},
		{fine + "wroker: {}", "wroker"},
		{fine + "web: {replicas: none}", "replicas"},
		{fine + "lang: de", "lang"},
		{fine + "config: {database: {url: 'postgres://u:hidden@h/d'}}", "config"},
		{fine + "config: {access: {oidc: {client_secret: hidden}}}", "client_secret"},
	} {
		file := filepath.Join(t.TempDir(), "values.yaml")
		if err := os.WriteFile(file, []byte(c.values), 0o600); err != nil {
			t.Fatal(err)
		}
		said := understood(t, new([]object), "chart", chart, file)
		if !strings.Contains(said, c.says) || strings.Contains(said, "hidden") {
			t.Errorf("%s\nsays %q, want %q", c.values, said, c.says)
		}
	}
}

// The schema knows every value that there is.
func TestChartSchemaIsWhole(t *testing.T) {
	var values map[string]any
	if err := yaml.Unmarshal(read(t, chart+"/values.yaml"), &values); err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(read(t, chart+"/values.schema.json"), &schema); err != nil {
		t.Fatal(err)
	}
	properties := schema["properties"].(map[string]any)
	for key := range values {
		if properties[key] == nil {
			t.Errorf("values.schema.json lacks %s", key)
		}
	}
	for key := range properties {
		if _, ok := values[key]; !ok && key != "global" {
			t.Errorf("values.yaml lacks %s", key)
		}
	}
}

// A chart holds its own files only, so it has a copy of the rules.
func TestChartRules(t *testing.T) {
	if !bytes.Equal(read(t, chart+"/rules.yaml"), read(t, "prometheus/rules.yaml")) {
		t.Error("run: cp deploy/prometheus/rules.yaml deploy/helm/perenne/rules.yaml")
	}
}
