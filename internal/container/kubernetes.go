package container

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/yamlfile"
)

// KubernetesFile is one YAML file of Kubernetes objects, or the file at the head
// of a chart for Helm or Kontinuous.
type KubernetesFile struct {
	Path string
	// Chart is the name of the chart, "" for a plain manifest. The templates
	// of a chart are not read: they are no YAML until Helm has filled them in.
	Chart string
	// Objects are in the order of the file; empty for a chart.
	Objects []Object
	// Development is true when the name or the folder says that it serves
	// development, tests or examples.
	Development bool
	Err         error
}

// Object is one object of Kubernetes.
type Object struct {
	Kind, Name string
	// Line of its kind.
	Line int
	// Containers are those of the pods that it starts, in order.
	Containers []PodContainer
}

// PodContainer is one container of a pod.
type PodContainer struct {
	Name, Image string
	Line        int
	// Probe is the line of its first probe, 0 for none.
	Probe int
}

type kubernetesKey struct{}

// KubernetesFiles returns every manifest and chart that the authors wrote,
// sorted by path. A file counts by its content, wherever it lies.
func KubernetesFiles(s *audit.Snapshot) []*KubernetesFile {
	return audit.Once(s, kubernetesKey{}, readKubernetesFiles)
}

// maxManifests is how many YAML files are looked into. Past it only those in a
// folder that names Kubernetes are.
const maxManifests = 300

// textFolders hold YAML that is never a manifest, often by the hundred.
var textFolders = map[string]bool{
	"locales": true, "locale": true, "i18n": true, "translations": true, "lang": true, "langs": true, "cassettes": true,
	".github": true, "_data": true, "docs": true, "content": true, "migrations": true, "seeds": true, "workflows": true,
}

func readKubernetesFiles(s *audit.Snapshot) []*KubernetesFile {
	var all []*KubernetesFile
	charts, looked := map[string]bool{}, 0
	for _, f := range s.OwnFiles() {
		if f.Name() == "Chart.yaml" {
			charts[f.Dir()] = true
		}
	}
	for _, f := range s.OwnFiles() {
		if f.Mode != audit.Regular && f.Mode != audit.Executable {
			continue
		}
		if f.Name() == "Chart.yaml" {
			all = append(all, readChart(s, f))
			continue
		}
		// Kontinuous wraps Helm for the ministries of social affairs; its folder is
		// a chart whose templates it brings along.
		if f.Name() == "config.yaml" && path.Base(f.Dir()) == ".kontinuous" {
			all = append(all, &KubernetesFile{Path: f.Path, Chart: "kontinuous"})
			continue
		}
		if !maybeManifest(f) || inChart(f.Dir(), charts) {
			continue
		}
		if looked++; looked > maxManifests && !namesKubernetes(f.Path) {
			continue
		}
		if k := readManifest(s, f); k != nil {
			all = append(all, k)
		}
	}
	return all
}

func maybeManifest(f audit.File) bool {
	ext := path.Ext(f.Path)
	if ext != ".yml" && ext != ".yaml" || composeName(f.Name()) || strings.HasPrefix(f.Name(), ".") || f.SizeBytes > yamlfile.MaxBytes {
		return false
	}
	if translation(strings.TrimSuffix(f.Name(), ext)) {
		return false
	}
	for segment := range strings.SplitSeq(f.Dir(), "/") {
		if devFolders[segment] || textFolders[segment] && !namesKubernetes(f.Dir()) {
			return false
		}
	}
	return true
}

// translation reports fr.yml and header.en.yml, which some projects keep by the
// hundred.
func translation(stem string) bool {
	last := stem[strings.LastIndexByte(stem, '.')+1:]
	return last == "fr" || last == "en" || last == "de" || last == "es" || last == "it" || last == "pt"
}

func inChart(dir string, charts map[string]bool) bool {
	for {
		if charts[dir] {
			return true
		}
		if dir == "" {
			return false
		}
		dir = strings.TrimSuffix(dir[:strings.LastIndexByte(dir, '/')+1], "/")
	}
}

func namesKubernetes(p string) bool {
	lower := strings.ToLower(p)
	for _, word := range []string{"k8s", "kube", "manifest", "deploy", "openshift", "kustom"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

func readChart(s *audit.Snapshot, f audit.File) *KubernetesFile {
	k := &KubernetesFile{Path: f.Path, Development: devFolder(f.Dir())}
	content, err := s.Read(f)
	var documents []*yaml.Node
	if err == nil {
		documents, err = parseYAML(content)
	}
	if err == nil && len(documents) == 0 {
		err = fmt.Errorf("%w: empty", ErrSyntax)
	}
	if err != nil {
		k.Err = fmt.Errorf("parse %q: %w", f.Path, err)
		return k
	}
	if k.Chart = yamlfile.Text(yamlfile.Field(documents[0], "name")); k.Chart == "" {
		k.Err = fmt.Errorf("parse %q: %w: chart without a name", f.Path, ErrSyntax)
	}
	return k
}

// readManifest returns nil for a file that holds nothing of Kubernetes. One that
// cannot be read or parsed is told by its words only where the folder names
// Kubernetes; elsewhere it is more likely something else.
func readManifest(s *audit.Snapshot, f audit.File) *KubernetesFile {
	content, err := s.Read(f)
	if err != nil || !bytes.Contains(content, []byte("apiVersion:")) || !bytes.Contains(content, []byte("kind:")) {
		return nil
	}
	k := &KubernetesFile{Path: f.Path, Development: development(f)}
	documents, err := parseYAML(content)
	if err != nil {
		if !namesKubernetes(f.Path) {
			return nil
		}
		k.Err = fmt.Errorf("parse %q: %w", f.Path, err)
		return k
	}
	for _, top := range documents {
		k.addObjects(top)
	}
	if len(k.Objects) == 0 {
		return nil
	}
	return k
}

// foreignAPIs borrow the look of Kubernetes for something else.
var foreignAPIs = []string{"backstage.io/", "skaffold/", "kind.x-k8s.io/", "kubeadm.k8s.io/", "score.dev/"}

func (k *KubernetesFile) addObjects(top *yaml.Node) {
	kind, version := yamlfile.Field(top, "kind"), yamlfile.Text(yamlfile.Field(top, "apiVersion"))
	if yamlfile.Text(kind) == "" || version == "" {
		return
	}
	for _, api := range foreignAPIs {
		if strings.HasPrefix(version, api) {
			return
		}
	}
	if holdsObjects(kind) {
		for _, item := range append(yamlfile.Sequence(yamlfile.Field(top, "items")), yamlfile.Sequence(yamlfile.Field(top, "objects"))...) {
			// One level only: an alias may make a list its own item.
			if !holdsObjects(yamlfile.Field(item, "kind")) {
				k.addObjects(item)
			}
		}
		return
	}
	k.Objects = append(k.Objects, Object{
		Kind: yamlfile.Text(kind), Name: yamlfile.Text(yamlfile.Field(top, "metadata", "name")), Line: kind.Line,
		Containers: podContainers(yamlfile.Field(top, "spec"), 0),
	})
}

// holdsObjects reports a list of objects, or a template of OpenShift.
func holdsObjects(kind *yaml.Node) bool {
	return yamlfile.Text(kind) == "List" || yamlfile.Text(kind) == "Template"
}

// podContainers finds the pod below a spec: at spec.template.spec for most
// kinds, one level deeper for a CronJob.
func podContainers(spec *yaml.Node, depth int) []PodContainer {
	if spec == nil || depth > 3 {
		return nil
	}
	if list := yamlfile.Sequence(yamlfile.Field(spec, "containers")); list != nil {
		containers := make([]PodContainer, 0, len(list))
		for _, c := range list {
			containers = append(containers, podContainer(c))
		}
		return containers
	}
	for _, name := range []string{"template", "jobTemplate"} {
		if inner := yamlfile.Field(spec, name, "spec"); inner != nil {
			return podContainers(inner, depth+1)
		}
	}
	return nil
}

func podContainer(node *yaml.Node) PodContainer {
	c := PodContainer{Name: yamlfile.Text(yamlfile.Field(node, "name")), Image: yamlfile.Text(yamlfile.Field(node, "image")), Line: node.Line}
	for _, name := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		if probe := yamlfile.Field(node, name); probe != nil && (c.Probe == 0 || probe.Line < c.Probe) {
			c.Probe = probe.Line
		}
	}
	return c
}
