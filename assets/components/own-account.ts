/** One's own account, as it is on both sites: password, authenticator app, passkeys, account elsewhere, sessions, API keys. */
import { apiKeys } from "./api-keys";
import { confirmDialog } from "./confirm";
import { linkedAccount } from "./linked-account";
import { loginWays } from "./login-ways";
import { ownerDialog } from "./owner";
import { passkeys } from "./passkeys";
import { passwordForm } from "./password-form";
import { secondFactor } from "./second-factor";
import { sessions } from "./sessions";

const own = { apiKeys, linkedAccount, loginWays, passkeys, passwordForm, secondFactor, sessions };
export const ownAccount = { ...own, confirmDialog, ownerDialog };
