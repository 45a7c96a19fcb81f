"""Settings of the signatures of reports and certificates; each name here is a setting."""

from redcross_portal.environment import data_dir, env_path, env_text

# What signs reports, for workers alone: a file with key and certificate, or a PKCS#11 token; and who stamps the time.
REPORT_KEY_FILE = env_path("REPORT_KEY_FILE", data_dir() / "secrets" / "report_key.pem")
REPORT_KEY_PASSWORD = env_text("REPORT_KEY_PASSWORD", "")
REPORT_PKCS11_MODULE = env_text("REPORT_PKCS11_MODULE", "")
REPORT_PKCS11_TOKEN = env_text("REPORT_PKCS11_TOKEN", "")
REPORT_PKCS11_LABEL = env_text("REPORT_PKCS11_LABEL", "")
REPORT_PKCS11_PIN = env_text("REPORT_PKCS11_PIN", "")
REPORT_TIMESTAMP_URL = env_text("REPORT_TIMESTAMP_URL", "")

# What signs the QR of first-aid certificates (docs/training.md): a file that the web server and workers read.
CERTIFICATE_KEY_FILE = env_path("CERTIFICATE_KEY_FILE", data_dir() / "secrets" / "certificate_keys.json")
