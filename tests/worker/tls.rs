//! A worker that reaches its server over TLS: a real nginx with a certificate of its own in front of the worker API.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::lent::{free_port, lending, start_with_key, undisturbed};
use crate::output;
use crate::rig::{Rig, clips, until};

/// Ends it on drop.
struct Nginx(Child);

impl Nginx {
    /// On `https://localhost:{port}`, before the server at `url`.
    fn before(url: &str, port: u16, folder: &Path) -> Self {
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary = temporary.map(|name| format!("{name}_temp_path {}/{name};", folder.display())).concat();
        let config = format!(
            "daemon off; pid {here}/pid; error_log stderr warn; worker_processes 1; events {{}}
            http {{
                access_log off; {temporary}
                server {{
                    listen 127.0.0.1:{port} ssl;
                    ssl_certificate {here}/cert.pem; ssl_certificate_key {here}/key.pem;
                    client_max_body_size 50m;
                    location / {{ proxy_pass {url}; proxy_http_version 1.1; proxy_request_buffering off; }}
                }}
            }}",
            here = folder.display()
        );
        std::fs::write(folder.join("nginx.conf"), config).unwrap();
        let path = format!("{}:/usr/sbin", std::env::var("PATH").unwrap());
        let mut command = Command::new("nginx");
        command.env("PATH", path).arg("-c").arg(folder.join("nginx.conf")).arg("-p").arg(folder);
        Self(command.stdout(Stdio::null()).spawn().expect("nginx is not installed: .ci/need nginx"))
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.0);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM); // it ends its own children
        let _ = self.0.wait();
    }
}

/// `ca.pem`, and `cert.pem` and `key.pem` of `localhost` that it vouches for.
fn certify(folder: &Path) {
    let openssl = |args: &str| {
        let command = format!("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 {args}");
        let mut openssl = Command::new("openssl");
        openssl.args(command.split_whitespace()).current_dir(folder).stderr(Stdio::null());
        assert!(openssl.status().unwrap().success());
    };
    openssl("-subj /CN=test -keyout ca.key -out ca.pem");
    openssl(
        "-subj /CN=localhost -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE -CA ca.pem \
         -CAkey ca.key -keyout key.pem -out cert.pem",
    );
}

#[tokio::test]
async fn a_worker_trusts_whom_its_system_trusts() {
    let rig: Rig = lending(&[]);
    let server = rig.start();
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    certify(folder.path());
    let _nginx = Nginx::before(&server.worker_url, port, folder.path());
    let (url, key) = (format!("https://localhost:{port}"), rig.vlog(&["worker", "register", "--name", "far"]));

    let stranger = start_with_key(&rig, &url, "far", &key, &[]);
    let refused = || stranger.log().to_lowercase().contains("certificate");
    until(Duration::from_secs(20), refused, || stranger.log()).await;
    drop(stranger);

    let trusted = folder.path().join("ca.pem").display().to_string();
    let worker = start_with_key(&rig, &url, "far", &key, &[("SSL_CERT_FILE", &trusted)]);
    let video = rig.upload(&server, &clips().encoded).await;
    rig.until_status(&server, video, "ready").await;
    output::compare(&output::read(&rig), undisturbed().await);
    assert!(!worker.log().contains("in clear"), "{}", worker.log());
}
