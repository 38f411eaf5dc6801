-- A store as revision 0001 of the schema kept it: made by the program of that time, never edited.
BEGIN TRANSACTION;
CREATE TABLE about (
	id INTEGER NOT NULL, 
	zone TEXT NOT NULL, 
	changes BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "about" VALUES(1,'Asia/Shanghai',3);
CREATE TABLE account_day (
	day_s BIGINT NOT NULL, 
	product TEXT NOT NULL, 
	state TEXT NOT NULL, 
	data_center TEXT NOT NULL, 
	at_s BIGINT NOT NULL, 
	accounts BIGINT NOT NULL, 
	PRIMARY KEY (day_s, product, state, data_center)
)
 WITHOUT ROWID

;
INSERT INTO "account_day" VALUES(1795276800,'weilidai','open','dc1',1795347602,1002);
INSERT INTO "account_day" VALUES(1795276800,'weilidai','open','dc2',1795347602,1002);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE cost_day (
	day_s BIGINT NOT NULL, 
	category TEXT NOT NULL, 
	product TEXT NOT NULL, 
	data_center TEXT NOT NULL, 
	fen BIGINT NOT NULL, 
	PRIMARY KEY (day_s, category, product, data_center)
)
 WITHOUT ROWID

;
INSERT INTO "cost_day" VALUES(1795276800,'compute','weilidai','dc1',303);
INSERT INTO "cost_day" VALUES(1795276800,'compute','weilidai','dc2',303);
CREATE TABLE counts_day (
	scope INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	unit_id INTEGER NOT NULL, 
	good BIGINT NOT NULL, 
	bad BIGINT NOT NULL, 
	ignored BIGINT NOT NULL, 
	transactions BIGINT NOT NULL, 
	PRIMARY KEY (scope, at, unit_id)
)
 WITHOUT ROWID

;
INSERT INTO "counts_day" VALUES(0,1795017600,1,500,1,2,90);
INSERT INTO "counts_day" VALUES(0,1795276800,1,420,6,0,72);
INSERT INTO "counts_day" VALUES(1,1795276800,2,420,6,0,72);
INSERT INTO "counts_day" VALUES(2,1795276800,3,210,3,0,36);
INSERT INTO "counts_day" VALUES(2,1795276800,7,210,3,0,36);
INSERT INTO "counts_day" VALUES(3,1795276800,4,210,3,0,36);
INSERT INTO "counts_day" VALUES(3,1795276800,8,210,3,0,36);
INSERT INTO "counts_day" VALUES(4,1795276800,5,210,0,0,0);
INSERT INTO "counts_day" VALUES(4,1795276800,6,0,3,0,0);
INSERT INTO "counts_day" VALUES(4,1795276800,9,210,0,0,0);
INSERT INTO "counts_day" VALUES(4,1795276800,10,0,3,0,0);
CREATE TABLE counts_hour (
	scope INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	unit_id INTEGER NOT NULL, 
	good BIGINT NOT NULL, 
	bad BIGINT NOT NULL, 
	ignored BIGINT NOT NULL, 
	transactions BIGINT NOT NULL, 
	PRIMARY KEY (scope, at, unit_id)
)
 WITHOUT ROWID

;
INSERT INTO "counts_hour" VALUES(0,1795088400,1,500,1,2,90);
INSERT INTO "counts_hour" VALUES(0,1795345200,1,420,6,0,72);
INSERT INTO "counts_hour" VALUES(1,1795345200,2,420,6,0,72);
INSERT INTO "counts_hour" VALUES(2,1795345200,3,210,3,0,36);
INSERT INTO "counts_hour" VALUES(2,1795345200,7,210,3,0,36);
INSERT INTO "counts_hour" VALUES(3,1795345200,4,210,3,0,36);
INSERT INTO "counts_hour" VALUES(3,1795345200,8,210,3,0,36);
INSERT INTO "counts_hour" VALUES(4,1795345200,5,210,0,0,0);
INSERT INTO "counts_hour" VALUES(4,1795345200,6,0,3,0,0);
INSERT INTO "counts_hour" VALUES(4,1795345200,9,210,0,0,0);
INSERT INTO "counts_hour" VALUES(4,1795345200,10,0,3,0,0);
CREATE TABLE counts_minute (
	scope INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	unit_id INTEGER NOT NULL, 
	good BIGINT NOT NULL, 
	bad BIGINT NOT NULL, 
	ignored BIGINT NOT NULL, 
	transactions BIGINT NOT NULL, 
	PRIMARY KEY (scope, at, unit_id)
)
 WITHOUT ROWID

;
INSERT INTO "counts_minute" VALUES(0,1795088400,1,500,1,2,90);
INSERT INTO "counts_minute" VALUES(0,1795347600,1,420,6,0,72);
INSERT INTO "counts_minute" VALUES(1,1795347600,2,420,6,0,72);
INSERT INTO "counts_minute" VALUES(2,1795347600,3,210,3,0,36);
INSERT INTO "counts_minute" VALUES(2,1795347600,7,210,3,0,36);
INSERT INTO "counts_minute" VALUES(3,1795347600,4,210,3,0,36);
INSERT INTO "counts_minute" VALUES(3,1795347600,8,210,3,0,36);
INSERT INTO "counts_minute" VALUES(4,1795347600,5,210,0,0,0);
INSERT INTO "counts_minute" VALUES(4,1795347600,6,0,3,0,0);
INSERT INTO "counts_minute" VALUES(4,1795347600,9,210,0,0,0);
INSERT INTO "counts_minute" VALUES(4,1795347600,10,0,3,0,0);
CREATE TABLE counts_slot (
	scope INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	unit_id INTEGER NOT NULL, 
	good BIGINT NOT NULL, 
	bad BIGINT NOT NULL, 
	ignored BIGINT NOT NULL, 
	transactions BIGINT NOT NULL, 
	PRIMARY KEY (scope, at, unit_id)
)
 WITHOUT ROWID

;
INSERT INTO "counts_slot" VALUES(0,1795347600,1,140,2,0,24);
INSERT INTO "counts_slot" VALUES(0,1795347601,1,140,2,0,24);
INSERT INTO "counts_slot" VALUES(0,1795347602,1,140,2,0,24);
INSERT INTO "counts_slot" VALUES(1,1795347600,2,140,2,0,24);
INSERT INTO "counts_slot" VALUES(1,1795347601,2,140,2,0,24);
INSERT INTO "counts_slot" VALUES(1,1795347602,2,140,2,0,24);
INSERT INTO "counts_slot" VALUES(2,1795347600,3,70,1,0,12);
INSERT INTO "counts_slot" VALUES(2,1795347600,7,70,1,0,12);
INSERT INTO "counts_slot" VALUES(2,1795347601,3,70,1,0,12);
INSERT INTO "counts_slot" VALUES(2,1795347601,7,70,1,0,12);
INSERT INTO "counts_slot" VALUES(2,1795347602,3,70,1,0,12);
INSERT INTO "counts_slot" VALUES(2,1795347602,7,70,1,0,12);
INSERT INTO "counts_slot" VALUES(3,1795347600,4,70,1,0,12);
INSERT INTO "counts_slot" VALUES(3,1795347600,8,70,1,0,12);
INSERT INTO "counts_slot" VALUES(3,1795347601,4,70,1,0,12);
INSERT INTO "counts_slot" VALUES(3,1795347601,8,70,1,0,12);
INSERT INTO "counts_slot" VALUES(3,1795347602,4,70,1,0,12);
INSERT INTO "counts_slot" VALUES(3,1795347602,8,70,1,0,12);
CREATE TABLE gap (
	from_ms BIGINT NOT NULL, 
	source TEXT NOT NULL, 
	to_ms BIGINT NOT NULL, 
	exact BOOLEAN NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (from_ms, source)
)
 WITHOUT ROWID

;
INSERT INTO "gap" VALUES(1795347540000,'dc1',1795347570000,0,'refused');
INSERT INTO "gap" VALUES(1795347540000,'dc2',1795347570000,0,'refused');
CREATE TABLE gauge (
	source TEXT NOT NULL, 
	name TEXT NOT NULL, 
	labels TEXT NOT NULL, 
	at_ms BIGINT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (source, name, labels)
)
 WITHOUT ROWID

;
INSERT INTO "gauge" VALUES('dc1','lending_bad_loan_ratio','product="weilidai"',1795347602000,'0.0142');
INSERT INTO "gauge" VALUES('dc2','lending_bad_loan_ratio','product="weilidai"',1795347602000,'0.0142');
CREATE TABLE incarnation (
	source TEXT NOT NULL, 
	born_ms BIGINT NOT NULL, 
	first_mark BIGINT, 
	last_mark BIGINT, 
	first_read_ms BIGINT NOT NULL, 
	last_read_ms BIGINT NOT NULL, 
	PRIMARY KEY (source, born_ms)
)
 WITHOUT ROWID

;
INSERT INTO "incarnation" VALUES('dc1',1795347500000,0,12,1795347600000,1795347602000);
INSERT INTO "incarnation" VALUES('dc2',1795347500000,0,12,1795347600000,1795347602000);
CREATE TABLE observed (
	level INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	source_id INTEGER NOT NULL, 
	reads BIGINT NOT NULL, 
	PRIMARY KEY (level, at, source_id), 
	FOREIGN KEY(source_id) REFERENCES source (id)
)
 WITHOUT ROWID

;
INSERT INTO "observed" VALUES(1,1795347600,1,3);
INSERT INTO "observed" VALUES(1,1795347600,2,3);
INSERT INTO "observed" VALUES(2,1795345200,1,3);
INSERT INTO "observed" VALUES(2,1795345200,2,3);
INSERT INTO "observed" VALUES(3,1795276800,1,3);
INSERT INTO "observed" VALUES(3,1795276800,2,3);
CREATE TABLE read (
	source_id INTEGER NOT NULL, 
	at_ms BIGINT NOT NULL, 
	version BIGINT NOT NULL, 
	position INTEGER NOT NULL, 
	collected BOOLEAN NOT NULL, 
	reason TEXT NOT NULL, 
	duration_ms BIGINT NOT NULL, 
	samples BIGINT NOT NULL, 
	resets BIGINT NOT NULL, 
	unknown_births BIGINT NOT NULL, 
	PRIMARY KEY (source_id, at_ms, version, position), 
	FOREIGN KEY(source_id) REFERENCES source (id)
)
 WITHOUT ROWID

;
INSERT INTO "read" VALUES(1,1795347600000,1,0,1,'',9,20,0,0);
INSERT INTO "read" VALUES(1,1795347601000,2,0,1,'',9,20,0,0);
INSERT INTO "read" VALUES(1,1795347602000,3,0,1,'',9,20,0,0);
INSERT INTO "read" VALUES(2,1795347600000,1,0,1,'',9,20,0,0);
INSERT INTO "read" VALUES(2,1795347601000,2,0,1,'',9,20,0,0);
INSERT INTO "read" VALUES(2,1795347602000,3,0,1,'',9,20,0,0);
CREATE TABLE series (
	source_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	PRIMARY KEY (source_id, position), 
	FOREIGN KEY(source_id) REFERENCES source (id)
)
 WITHOUT ROWID

;
INSERT INTO "series" VALUES(1,0,'lending_requests_total{data_center="dc1"}');
INSERT INTO "series" VALUES(2,0,'lending_requests_total{data_center="dc2"}');
CREATE TABLE source (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	data_center TEXT NOT NULL, 
	interval_ms BIGINT NOT NULL, 
	registered_ms BIGINT NOT NULL, 
	version BIGINT NOT NULL, 
	watermark_ms BIGINT, 
	last_at_ms BIGINT, 
	last_collected BOOLEAN, 
	last_reason TEXT, 
	last_duration_ms BIGINT, 
	last_samples BIGINT, 
	last_resets BIGINT, 
	last_unknown_births BIGINT, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);
INSERT INTO "source" VALUES(1,'dc1','exposition','dc1',1000,1795347599000,3,1795347602000,1795347602000,1,'',9,20,0,0);
INSERT INTO "source" VALUES(2,'dc2','exposition','dc2',1000,1795347599000,3,1795347602000,1795347602000,1,'',9,20,0,0);
CREATE TABLE source_state (
	source_id INTEGER NOT NULL, 
	state BLOB NOT NULL, 
	PRIMARY KEY (source_id), 
	FOREIGN KEY(source_id) REFERENCES source (id)
);
INSERT INTO "source_state" VALUES(1,X'020102');
INSERT INTO "source_state" VALUES(2,X'020102');
CREATE TABLE span (
	from_s BIGINT NOT NULL, 
	to_s BIGINT NOT NULL, 
	PRIMARY KEY (from_s, to_s)
)
 WITHOUT ROWID

;
INSERT INTO "span" VALUES(1795088400,1795088460);
CREATE TABLE unit (
	id INTEGER NOT NULL, 
	scope INTEGER NOT NULL, 
	product TEXT NOT NULL, 
	data_center TEXT NOT NULL, 
	dcn TEXT NOT NULL, 
	step TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	traffic TEXT NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT unit_is_unique UNIQUE (scope, product, data_center, dcn, step, outcome, traffic)
);
INSERT INTO "unit" VALUES(1,0,'','','','','','customer');
INSERT INTO "unit" VALUES(2,1,'weilidai','','','','','customer');
INSERT INTO "unit" VALUES(3,2,'weilidai','dc1','','','','customer');
INSERT INTO "unit" VALUES(4,3,'weilidai','dc1','dc1-n01','','','customer');
INSERT INTO "unit" VALUES(5,4,'weilidai','dc1','','apply','ok','customer');
INSERT INTO "unit" VALUES(6,4,'weilidai','dc1','','apply','system_error','customer');
INSERT INTO "unit" VALUES(7,2,'weilidai','dc2','','','','customer');
INSERT INTO "unit" VALUES(8,3,'weilidai','dc2','dc2-n01','','','customer');
INSERT INTO "unit" VALUES(9,4,'weilidai','dc2','','apply','ok','customer');
INSERT INTO "unit" VALUES(10,4,'weilidai','dc2','','apply','system_error','customer');
COMMIT;
