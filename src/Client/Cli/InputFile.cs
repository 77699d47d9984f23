namespace SwarmCompute.Client.Cli;

/// <summary>Reads a file that a person named.</summary>
internal static class InputFile
{
    private const int PartSize = 64 * 1024;

    /// <summary>Its bytes. It may be a pipe, whose length nobody knows.</summary>
    /// <exception cref="CommandException">It cannot be read, or is too long; the message says what it should be.</exception>
    public static byte[] Read(string path, int bytesMax, string what)
    {
        if (path.Length == 0) throw new CommandException($"no file is named; give {what}");
        try
        {
            using var file = File.OpenRead(path);
            using var bytes = new MemoryStream();
            var part = new byte[PartSize];
            while (file.Read(part) is > 0 and var length)
            {
                if (bytes.Length + length > bytesMax) throw new CommandException($"{path} has more than {bytesMax} bytes; give {what}");
                bytes.Write(part, 0, length);
            }
            return bytes.ToArray();
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be read ({wrong.Message.TrimEnd('.')}); give {what}", wrong);
        }
    }
}
