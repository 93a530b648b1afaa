-- A library of version 1 as dropgui 0.1 wrote it, with a row of everything that later steps touch.
PRAGMA application_id = 1146244944;
PRAGMA user_version = 1;
CREATE TABLE meta (
    "key" VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    PRIMARY KEY ("key")
);
CREATE TABLE folders (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    path VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    missing BOOLEAN NOT NULL,
    added_at DATETIME NOT NULL,
    UNIQUE (path)
);
CREATE TABLE cameras (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name VARCHAR NOT NULL,
    UNIQUE (name)
);
CREATE TABLE persons (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name VARCHAR NOT NULL,
    created_at DATETIME NOT NULL,
    UNIQUE (name)
);
CREATE TABLE tags (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name VARCHAR NOT NULL,
    UNIQUE (name)
);
CREATE TABLE model_versions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    parent_id INTEGER,
    name VARCHAR NOT NULL,
    trained BOOLEAN NOT NULL,
    schema JSON NOT NULL,
    dim INTEGER NOT NULL,
    weights_hash VARCHAR NOT NULL,
    weights_path VARCHAR,
    metrics JSON NOT NULL,
    active BOOLEAN NOT NULL,
    created_at DATETIME NOT NULL,
    FOREIGN KEY(parent_id) REFERENCES model_versions (id) ON DELETE SET NULL,
    UNIQUE (weights_hash)
);
CREATE UNIQUE INDEX model_versions_one_active ON model_versions (active) WHERE active;
CREATE TABLE saved_searches (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name VARCHAR NOT NULL,
    "query" JSON NOT NULL,
    created_at DATETIME NOT NULL,
    UNIQUE (name)
);
CREATE TABLE events (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at DATETIME NOT NULL,
    actor VARCHAR,
    action VARCHAR NOT NULL,
    detail VARCHAR
);
CREATE TABLE images (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    folder_id INTEGER NOT NULL,
    relative_path VARCHAR NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    content_hash BLOB,
    width INTEGER,
    height INTEGER,
    orientation INTEGER,
    captured_at DATETIME,
    camera_id INTEGER,
    missing BOOLEAN NOT NULL,
    error VARCHAR,
    UNIQUE (folder_id, relative_path),
    FOREIGN KEY(folder_id) REFERENCES folders (id) ON DELETE CASCADE,
    FOREIGN KEY(camera_id) REFERENCES cameras (id) ON DELETE SET NULL
);
CREATE INDEX images_by_size ON images (size);
CREATE INDEX images_by_camera ON images (camera_id);
CREATE TABLE jobs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    process VARCHAR NOT NULL,
    folder_id INTEGER,
    done INTEGER NOT NULL,
    total INTEGER,
    message VARCHAR,
    started_at DATETIME NOT NULL,
    finished_at DATETIME,
    CONSTRAINT jobs_state CHECK (state IN ('running', 'finished', 'cancelled', 'failed', 'interrupted')),
    FOREIGN KEY(folder_id) REFERENCES folders (id) ON DELETE CASCADE
);
CREATE TABLE crops (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    image_id INTEGER NOT NULL,
    "left" INTEGER,
    top INTEGER,
    "right" INTEGER,
    bottom INTEGER,
    person_id INTEGER,
    review_state VARCHAR DEFAULT 'unseen' NOT NULL,
    CONSTRAINT crops_review_state CHECK (review_state IN ('unseen', 'accepted', 'marked')),
    FOREIGN KEY(image_id) REFERENCES images (id) ON DELETE CASCADE,
    FOREIGN KEY(person_id) REFERENCES persons (id) ON DELETE SET NULL
);
CREATE INDEX crops_by_person ON crops (person_id);
CREATE INDEX crops_by_image ON crops (image_id);
CREATE TABLE training_runs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    job_id INTEGER,
    parent_id INTEGER,
    result_id INTEGER,
    config JSON NOT NULL,
    metrics JSON NOT NULL,
    started_at DATETIME NOT NULL,
    FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE SET NULL,
    FOREIGN KEY(parent_id) REFERENCES model_versions (id) ON DELETE SET NULL,
    FOREIGN KEY(result_id) REFERENCES model_versions (id) ON DELETE SET NULL
);
CREATE TABLE decisions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    crop_id INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    verdict VARCHAR NOT NULL,
    decided_at DATETIME NOT NULL,
    UNIQUE (crop_id, person_id),
    CONSTRAINT decisions_verdict CHECK (verdict IN ('confirmed', 'rejected')),
    FOREIGN KEY(crop_id) REFERENCES crops (id) ON DELETE CASCADE,
    FOREIGN KEY(person_id) REFERENCES persons (id) ON DELETE CASCADE
);
CREATE TABLE crop_tags (
    crop_id INTEGER NOT NULL,
    tag_id INTEGER NOT NULL,
    PRIMARY KEY (crop_id, tag_id),
    FOREIGN KEY(crop_id) REFERENCES crops (id) ON DELETE CASCADE,
    FOREIGN KEY(tag_id) REFERENCES tags (id) ON DELETE CASCADE
);
CREATE INDEX crop_tags_by_tag ON crop_tags (tag_id);
CREATE TABLE masks (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    crop_id INTEGER NOT NULL,
    origin VARCHAR NOT NULL,
    model_version_id INTEGER,
    schema_name VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    confidence DOUBLE,
    png BLOB NOT NULL,
    created_at DATETIME NOT NULL,
    UNIQUE (crop_id, origin, model_version_id, revision),
    CONSTRAINT masks_origin CHECK (origin IN ('model', 'corrected')),
    FOREIGN KEY(crop_id) REFERENCES crops (id) ON DELETE CASCADE,
    FOREIGN KEY(model_version_id) REFERENCES model_versions (id) ON DELETE CASCADE
);
CREATE TABLE embeddings (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    crop_id INTEGER NOT NULL,
    model_version_id INTEGER NOT NULL,
    mask_revision INTEGER NOT NULL,
    visibility BLOB NOT NULL,
    vectors BLOB NOT NULL,
    UNIQUE (model_version_id, crop_id),
    FOREIGN KEY(crop_id) REFERENCES crops (id) ON DELETE CASCADE,
    FOREIGN KEY(model_version_id) REFERENCES model_versions (id) ON DELETE CASCADE
);
CREATE INDEX ix_embeddings_crop_id ON embeddings (crop_id);
INSERT INTO meta VALUES ('library_id', '6b6d6c4e-7f39-4a1c-9a52-0f6f1b8d1c11');
INSERT INTO folders VALUES (1, '/pictures', 'pictures', 0, '2025-01-02 03:04:05.000000');
INSERT INTO cameras VALUES (3, 'door');
INSERT INTO persons VALUES (7, 'Ada', '2025-01-02 03:04:05.000000');
INSERT INTO images VALUES
    (1, 1, 'a.png', 10, 20, NULL, 64, 128, 1, '2024-02-29 12:30:05.000000', 3, 0, NULL),
    (2, 1, 'b.png', 11, 21, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL);
INSERT INTO crops VALUES (1, 1, NULL, NULL, NULL, NULL, 7, 'unseen'), (2, 2, NULL, NULL, NULL, NULL, NULL, 'marked');
INSERT INTO decisions VALUES (1, 1, 7, 'confirmed', '2025-01-02 03:04:05.000000');
INSERT INTO saved_searches VALUES (1, 'the red jacket', '{"crops": [1]}', '2025-01-02 03:04:05.000000');
INSERT INTO crops VALUES (9, 2, 0, 0, 8, 16, NULL, 'accepted');
DELETE FROM crops WHERE id = 9;
INSERT INTO tags VALUES (4, 'umbrella');
INSERT INTO crop_tags VALUES (1, 4);
INSERT INTO model_versions VALUES (1, NULL, 'first', 0, '{"name": "stripes_3"}', 16, 'hash', NULL, '{}', 1, '2025-01-02 03:04:05.000000');
INSERT INTO masks VALUES (1, 1, 'model', 1, 'stripes_3', 1, 0.75, x'00', '2025-01-02 03:04:05.000000');
INSERT INTO embeddings VALUES (1, 1, 1, 0, x'00', x'00');
INSERT INTO saved_searches VALUES (2, 'marked', '{"crops": [1], "crop_filter": {"review_states": ["marked", "accepted"]}}', '2025-01-02 03:04:05.000000');
