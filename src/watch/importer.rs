//! Watched folders meet the application.

use std::fs::Metadata;
use std::path::Path;

use super::{ImportError, Imported, Importer, Stamp, scan};
use crate::app::{App, AppError, ingest};

/// Takes files of watched folders in as videos.
pub struct FolderImporter {
    app: App,
}

impl FolderImporter {
    /// An importer into this application.
    pub fn new(app: App) -> Self {
        Self { app }
    }
}

impl Importer for FolderImporter {
    async fn import(&self, path: &Path, fingerprint: &str, stamp: Stamp) -> Result<Imported, ImportError> {
        let is_the_same = move |metadata: &Metadata| scan::stamp(metadata) == stamp;
        let uploaded = ingest::import_file(&self.app, path, fingerprint, is_the_same).await.map_err(import_error)?;
        Ok(Imported { video: uploaded.slug })
    }

    async fn already_imported(&self, fingerprint: &str) -> Result<bool, ImportError> {
        ingest::was_imported(&self.app, fingerprint).await.map_err(import_error)
    }

    async fn remember(&self, fingerprint: &str) -> Result<(), ImportError> {
        ingest::remember_import(&self.app, fingerprint).await.map_err(import_error)
    }
}

/// What is wrong with the file itself will not pass by waiting.
fn import_error(error: AppError) -> ImportError {
    let retry = matches!(error, AppError::StorageFull | AppError::Unavailable { .. } | AppError::Internal(_));
    ImportError { message: error.to_string(), retry }
}
