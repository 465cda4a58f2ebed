package community

import "testing"

func TestTie(t *testing.T) {
	t.Parallel()
	own := instance{host: "ports.gouv.fr", slugs: []string{"reserver"}}
	for line, want := range map[string]string{
		`x = "https://ports.gouv.fr/a"`:                   "host",
		`x = "https://www.reserver.beta.gouv.fr"`:         "host",
		`x = "https://reserver.example.com"`:              "",
		`x = "http://192.168.1.4"`:                        "host",
		`x = "http://127.0.0.1:8000"`:                     "",
		`x = "https://recette.ailleurs.fr"`:               "host",
		`x = "https://api-adresse.data.gouv.fr/search"`:   "",
		`x = process.env.URL || "https://ports.gouv.fr"`:  "",
		`x = '/home/ada/data'`:                            "folder",
		`x = "C:\\Users\\Ada\\data"`:                      "folder",
		`x = "/home/node/app"`:                            "",
		`x = "le ministère de l’Intérieur"`:               "ministry",
		`x = "administrateur de la base"`:                 "",
		`x = https://ports.gouv.fr`:                       "",
		"x = `https://ports.gouv.fr/${id}`":               "host",
		`x = "postgres://ada:secret@sgbd.intra.mer/base"`: "host",
	} {
		if got := tie(line, own); got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

func FuzzTie(f *testing.F) {
	f.Add(`x = "https://ports.gouv.fr/a" + '/home/ada/'`)
	f.Add("\"\\\"'`ministère de la \xff`")
	f.Fuzz(func(t *testing.T, line string) {
		_ = tiesIn("a.py", []byte(line), instance{host: "ports.gouv.fr", slugs: []string{"reserver"}})
	})
}
