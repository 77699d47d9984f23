using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Loader;

/// <summary>The platform keys in the guest's own image, which its evidence measures. A ticket comes from the host, and names none.</summary>
internal static class OwnPlatformKeys
{
    /// <summary>The folder beside the program.</summary>
    public const string Folder = "platform-keys";

    /// <summary>Reads them.</summary>
    /// <param name="directory">The program's directory.</param>
    /// <returns>The keys; null where the image has no such folder: then the guest's authority names them.</returns>
    /// <exception cref="GuestException">There is such a folder, and it cannot be used.</exception>
    public static CcaKeys? Read(string directory)
    {
        var path = Path.Combine(directory, Folder);
        if (!Path.Exists(path)) return null;
        try
        {
            return PlatformKeysFile.Read(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new GuestException($"The guest's own {path} cannot be used: {fault.Message}", fault);
        }
    }
}
