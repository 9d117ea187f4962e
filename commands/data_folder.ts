import type { PeerName } from "../actors/peer_name.ts";
import type { Label } from "../transport/wire/label.ts";
import { fileNameOf } from "./state_file.ts";

/** The folder of clusters without a label. */
const NO_LABEL_FOLDER = "default";

/**
 * What a peer keeps of a cluster: who it is there and what was said. In two clusters it is two, whose histories do not
 * mix; two names, or two labels, never share a folder, at least where file names keep their case.
 */
export function dataFolder(directory: string, label: Label, name: PeerName): string {
  return `${directory}/${clusterFolder(label.text)}/${fileNameOf(name)}`;
}

/** A label that would be another folder's name gets a mark in front, and so does one that begins with the mark. */
function clusterFolder(label: string): string {
  if (label === "") return NO_LABEL_FOLDER;
  return label === NO_LABEL_FOLDER || /^[.~]/.test(label) ? `~${fileNameOf(label)}` : fileNameOf(label);
}
