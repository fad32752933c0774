/** The API's types under the names the pages use; the only file that knows the schema's names. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Video = Schemas["Video"];
export type VideoListItem = Schemas["VideoListItem"];
export type VideoPage = Schemas["VideoPage"];
export type VideoStatus = VideoListItem["status"];
export type Quality = Schemas["Quality"];
export type QualityProgress = Schemas["QualityProgress"];
export type Chapter = Schemas["Chapter"];
export type ProgressEvent = Schemas["ProgressEvent"];
export type UploadResult = Schemas["UploadResult"];
export type Problem = Schemas["Problem"];
export type FieldError = Schemas["FieldError"];
export type Setting = Schemas["Setting"];
export type SettingList = Schemas["SettingList"];
export type SettingValues = Schemas["SettingValues"];
export type Role = Schemas["Role"];
export type User = Schemas["User"];
export type Me = Schemas["Me"];
export type Session = Schemas["Session"];
export type ApiKey = Schemas["ApiKey"];
export type CreatedApiKey = Schemas["CreatedApiKey"];
export type NewApiKey = Schemas["NewApiKeyBody"];
export type Account = Schemas["Account"];
export type NewAccount = Schemas["NewAccount"];
export type AccountEdit = Schemas["AccountEdit"];
export type AuditEntry = Schemas["AuditEntry"];
export type AuditPage = Schemas["AuditPage"];
