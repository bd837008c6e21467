/**
 * The files that show one entry of a Secret: `[{pod, container, path}]`, from a list of pods. A pod that is starting on
 * its node counts: it may have mounted the Secret as it was before.
 */
export const mountedFiles = (pods, secret, entry) =>
  pods
    .filter(({ metadata, spec, status }) => isOnNode(spec, status) && !metadata.deletionTimestamp)
    .flatMap(({ metadata, spec }) =>
      (spec.volumes ?? []).flatMap((volume) =>
        namesIn(volume, secret, entry).flatMap((name) =>
          spec.containers.flatMap(({ name: container, volumeMounts = [] }) =>
            volumeMounts
              .filter((mount) => mount.name === volume.name)
              .map(({ mountPath }) => ({ pod: metadata.name, container, path: `${mountPath}/${name}` })),
          ),
        ),
      ),
    );

const isOnNode = ({ nodeName }, { phase }) => phase === "Running" || (phase === "Pending" && nodeName !== undefined);

/** Under which names a volume shows the entry: as a Secret of its own, or as one source of a projected volume. */
function namesIn(volume, secret, entry) {
  const own = volume.secret ? [{ name: volume.secret.secretName, items: volume.secret.items }] : [];
  const projected = (volume.projected?.sources ?? []).flatMap((source) => source.secret ?? []);
  return [...own, ...projected]
    .filter(({ name }) => name === secret)
    .flatMap(({ items }) => (items ? items.filter(({ key }) => key === entry).map(({ path }) => path) : [entry]));
}
