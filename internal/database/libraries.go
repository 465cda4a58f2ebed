package database

import "github.com/perenne-audit/perenne/internal/manifest"

// libraryTable lists the packages that connect to a database, and those that map
// objects to it, by product.
var libraryTable = []struct {
	ecosystem        manifest.Ecosystem
	product          string
	drivers, mappers string
}{
	{manifest.PyPI, "postgresql", "psycopg2 psycopg2-binary psycopg psycopg-binary psycopg2cffi asyncpg aiopg pg8000", "django-tenants"},
	{manifest.PyPI, "mysql", "mysqlclient pymysql mysql-connector-python aiomysql", ""},
	{manifest.PyPI, "mongodb", "pymongo motor", "mongoengine flask-mongoengine flask-pymongo djongo beanie odmantic"},
	{manifest.PyPI, "sql", "", "sqlalchemy flask-sqlalchemy sqlmodel alembic flask-migrate tortoise-orm peewee pony"},
	{manifest.PyPI, "oracle", "cx-oracle oracledb", ""},
	{manifest.PyPI, "sqlserver", "pymssql", "mssql-django"},
	{manifest.PyPI, "sqlite", "aiosqlite", ""},
	{manifest.PyPI, "neo4j", "neo4j py2neo", "neomodel"},

	{manifest.NPM, "postgresql", "pg pg-promise postgres slonik", ""},
	{manifest.NPM, "mysql", "mysql mysql2 mariadb", ""},
	{manifest.NPM, "mongodb", "mongodb", "mongoose @nestjs/mongoose @typegoose/typegoose"},
	{manifest.NPM, "sqlite", "sqlite3 better-sqlite3 sqlite", ""},
	{manifest.NPM, "sql", "", "@prisma/client sequelize typeorm @nestjs/typeorm knex objection drizzle-orm kysely @mikro-orm/core bookshelf @adonisjs/lucid"},
	{manifest.NPM, "sqlserver", "mssql tedious", ""},
	{manifest.NPM, "oracle", "oracledb", ""},

	{manifest.Composer, "sql", "", "doctrine/orm doctrine/doctrine-bundle doctrine/dbal illuminate/database symfony/orm-pack propel/propel"},
	{manifest.Composer, "mongodb", "mongodb/mongodb ext-mongodb", "doctrine/mongodb-odm doctrine/mongodb-odm-bundle jenssegers/mongodb mongodb/laravel-mongodb"},
	{manifest.Composer, "postgresql", "ext-pgsql ext-pdo_pgsql", ""},
	{manifest.Composer, "mysql", "ext-mysqli ext-pdo_mysql", ""},

	{manifest.RubyGems, "postgresql", "pg", "activerecord-postgis-adapter"},
	{manifest.RubyGems, "mysql", "mysql2 trilogy", ""},
	{manifest.RubyGems, "sqlite", "sqlite3", ""},
	{manifest.RubyGems, "mongodb", "mongo", "mongoid"},
	{manifest.RubyGems, "sql", "", "activerecord sequel rom-sql"},

	{manifest.Go, "postgresql", "github.com/jackc/pgx github.com/lib/pq github.com/go-pg/pg gorm.io/driver/postgres", ""},
	{manifest.Go, "mysql", "github.com/go-sql-driver/mysql gorm.io/driver/mysql", ""},
	{manifest.Go, "mongodb", "go.mongodb.org/mongo-driver github.com/globalsign/mgo gopkg.in/mgo.v2", ""},
	{manifest.Go, "sqlite", "github.com/mattn/go-sqlite3 modernc.org/sqlite gorm.io/driver/sqlite github.com/glebarez/sqlite", ""},
	{manifest.Go, "sql", "github.com/jmoiron/sqlx", "gorm.io/gorm github.com/jinzhu/gorm entgo.io/ent github.com/uptrace/bun xorm.io/xorm"},

	{manifest.Maven, "postgresql", "org.postgresql:postgresql org.postgresql:r2dbc-postgresql io.quarkus:quarkus-jdbc-postgresql", ""},
	{manifest.Maven, "mysql", "mysql:mysql-connector-java com.mysql:mysql-connector-j org.mariadb.jdbc:mariadb-java-client", ""},
	{manifest.Maven, "oracle", "com.oracle.database.jdbc:ojdbc8 com.oracle.database.jdbc:ojdbc11 com.oracle.ojdbc:ojdbc8", ""},
	{manifest.Maven, "sqlserver", "com.microsoft.sqlserver:mssql-jdbc", ""},
	{manifest.Maven, "mongodb", "org.mongodb:mongodb-driver-sync org.mongodb:mongo-java-driver", "org.springframework.boot:spring-boot-starter-data-mongodb"},
	{manifest.Maven, "sql", "org.springframework.boot:spring-boot-starter-jdbc", "org.springframework.boot:spring-boot-starter-data-jpa io.quarkus:quarkus-hibernate-orm io.quarkus:quarkus-hibernate-orm-panache org.hibernate:hibernate-core org.hibernate.orm:hibernate-core org.jooq:jooq org.mybatis.spring.boot:mybatis-spring-boot-starter"},

	{manifest.CRAN, "postgresql", "RPostgres RPostgreSQL rpostgis", ""},
	{manifest.CRAN, "mysql", "RMariaDB RMySQL", ""},
	{manifest.CRAN, "mongodb", "mongolite", ""},
	{manifest.CRAN, "sqlite", "RSQLite", ""},
	{manifest.CRAN, "oracle", "ROracle", ""},

	{manifest.NuGet, "postgresql", "Npgsql", "Npgsql.EntityFrameworkCore.PostgreSQL"},
	{manifest.NuGet, "sqlserver", "Microsoft.Data.SqlClient System.Data.SqlClient", "Microsoft.EntityFrameworkCore.SqlServer"},
	{manifest.NuGet, "mysql", "MySql.Data MySqlConnector", "Pomelo.EntityFrameworkCore.MySql"},
	{manifest.NuGet, "mongodb", "MongoDB.Driver", ""},
	{manifest.NuGet, "sql", "Dapper", "EntityFramework Microsoft.EntityFrameworkCore"},

	{manifest.Hex, "postgresql", "postgrex", ""},
	{manifest.Hex, "mysql", "myxql mariaex", ""},
	{manifest.Hex, "sql", "", "ecto_sql"},

	{manifest.Cargo, "postgresql", "postgres tokio-postgres", ""},
	{manifest.Cargo, "sqlite", "rusqlite", ""},
	{manifest.Cargo, "mongodb", "mongodb", ""},
	{manifest.Cargo, "sql", "sqlx", "diesel diesel-async sea-orm"},

	{manifest.Clojure, "sql", "com.github.seancorfield/next.jdbc seancorfield/next.jdbc org.clojure/java.jdbc", ""},
	{manifest.Clojure, "postgresql", "org.postgresql/postgresql", ""},
}
