/** Passkeys in the browser: both ways are JSON (Web Authentication, level 3). */

/** Plain http and addresses without a name have none; nor have browsers from before 2025. */
export function passkeysWork(): boolean {
  const hasName = !/^[\d.]+$|:/.test(location.hostname);
  return isSecureContext && hasName && "PublicKeyCredential" in window && "parseCreationOptionsFromJSON" in PublicKeyCredential;
}

export async function makePasskey(options: unknown): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON);
  return jsonOf(await navigator.credentials.create({ publicKey }));
}

export async function showPasskey(options: unknown): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON);
  return jsonOf(await navigator.credentials.get({ publicKey }));
}

function jsonOf(credential: Credential | null): unknown {
  return (credential as PublicKeyCredential).toJSON();
}

/** The person closed the browser's dialog, or let it stand for too long. */
export function wasCancelled(error: unknown): boolean {
  return error instanceof DOMException && ["NotAllowedError", "AbortError"].includes(error.name);
}

/** The device holds a passkey of this account already. */
export function isKnown(error: unknown): boolean {
  return error instanceof DOMException && error.name === "InvalidStateError";
}
