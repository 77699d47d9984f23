namespace SwarmCompute.Client.Cli;

/// <summary>Reads a file that a person named.</summary>
internal static class InputFile
{
    /// <summary>Its bytes. It may be a pipe, whose length nobody knows.</summary>
    /// <exception cref="CommandException">It cannot be read, or is too long; the message says what it should be.</exception>
    public static byte[] Read(string path, int bytesMax, string what)
    {
        if (path.Length == 0) throw new CommandException($"no file is named; give {what}");
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[bytesMax + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= bytesMax ? bytes[..length] : throw new CommandException($"{path} has more than {bytesMax} bytes; give {what}");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be read ({wrong.Message.TrimEnd('.')}); give {what}", wrong);
        }
    }
}
