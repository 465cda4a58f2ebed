package forge

import _ "github.com/bradleyfalzon/ghinstallation/v2"
