using SwarmCompute.Vault;

namespace SwarmCompute.Guest.Loader;

/// <summary>Step 5: every byte of the model file is the one that the manifest names.</summary>
internal static class VerifyModel
{
    /// <summary>
    /// Reads all of the model. The result is held open, and is used by its handle, so that another file cannot take its place afterwards.
    /// Whoever owns the disk could still write into it: with development evidence that is the machine's owner.
    /// </summary>
    /// <exception cref="GuestException">The model is missing, or is another one.</exception>
    public static async Task<FileStream> Run(Ticket ticket, Manifest manifest, CancellationToken cancel)
    {
        try
        {
            return await new FileAssetStore(ticket.AssetDirectory).OpenVerified(new Asset(manifest.Model.Sha256, manifest.Model.SizeBytes), cancel);
        }
        catch (Exception fault) when (fault is AssetException or IOException or UnauthorizedAccessException)
        {
            throw new GuestException($"The model is refused: {fault.Message}", fault);
        }
    }

    /// <summary>A path that names the open file itself, whatever becomes of its name.</summary>
    public static string PathOf(FileStream model) => $"/proc/self/fd/{model.SafeFileHandle.DangerousGetHandle()}";
}
