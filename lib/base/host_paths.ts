/**
 * Every path tsdocker uses on the host, derived from two roots. Nothing else
 * in the tree spells one.
 *
 * @module
 */

/** The two directories everything lives under. */
export interface HostRoots {
  /** What survives a reboot; `--root`. */
  readonly root: string;
  /** What does not; `--run-root`. */
  readonly runRoot: string;
}

/** Where the roots are unless the user says otherwise. */
export const DEFAULT_ROOTS: HostRoots = {
  root: "/var/lib/tsdocker",
  runRoot: "/run/tsdocker",
};

/** The file that tells of mirrors and insecure registries. */
export const REGISTRIES_FILE = "/etc/tsdocker/registries.json";

/** Certificates of registries, a directory for each; the second is docker's. */
export const CERTIFICATE_DIRECTORIES = [
  "/etc/tsdocker/certs.d",
  "/etc/docker/certs.d",
] as const;

/** Where distributions keep the certificates that the system trusts. */
export const SYSTEM_CERTIFICATES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
] as const;

/** The paths below the roots. */
export interface HostPaths extends HostRoots {
  /** One directory per container, named by its id. */
  readonly containers: string;
  /** One symbolic link per container name, to its id. */
  readonly names: string;
  /** Content of images by digest: manifests, configs, packed layers. */
  readonly blobs: string;
  /** One record per image, named by its manifest's digest. */
  readonly manifests: string;
  /** One record per name of an image. */
  readonly references: string;
  /** Unpacked layers, one directory each, named by the chain id's hex. */
  readonly layers: string;
  /** What is known of tar files seen before, to not read them again. */
  readonly sources: string;
  /** Volumes, one directory each, named as they are. */
  readonly volumes: string;
  /** Networks, one record each, named as they are. */
  readonly networks: string;
  /** The lowest layer of every container: what is mounted on. */
  readonly mountPoints: string;
  /** Tar files found by name. */
  readonly images: string;
  /** What has happened to containers: a log of events, and the one before. */
  readonly events: string;
  /** State of running containers, one directory each, named by id. */
  readonly states: string;
  /** Addresses that containers have, in a directory for each network's id. */
  readonly addresses: string;
  /** Ports of this host that containers have. */
  readonly ports: string;
  /** What the kernel has had of each network, one note each, named by its id. */
  readonly settled: string;
  /** Locked by who changes what containers know of each other's names. */
  readonly hosts: string;
}

/** Derives the paths from the roots. */
export function hostPaths(roots: HostRoots): HostPaths {
  return {
    ...roots,
    containers: `${roots.root}/containers`,
    names: `${roots.root}/names`,
    blobs: `${roots.root}/blobs`,
    manifests: `${roots.root}/manifests`,
    references: `${roots.root}/references`,
    layers: `${roots.root}/layers`,
    sources: `${roots.root}/sources`,
    volumes: `${roots.root}/volumes`,
    networks: `${roots.root}/networks`,
    mountPoints: `${roots.root}/mountpoints`,
    images: `${roots.root}/images`,
    events: `${roots.root}/events`,
    states: `${roots.runRoot}/containers`,
    addresses: `${roots.runRoot}/addresses`,
    ports: `${roots.runRoot}/ports`,
    settled: `${roots.runRoot}/settled`,
    hosts: `${roots.runRoot}/hosts`,
  };
}
