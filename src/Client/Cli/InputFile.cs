namespace SwarmCompute.Client.Cli;

/// <summary>Reads a file that a person named.</summary>
internal static class InputFile
{
    /// <summary>Its bytes.</summary>
    /// <exception cref="CommandException">It cannot be read, or is too long; the message says what it should be.</exception>
    public static byte[] Read(string path, int bytesMax, string what)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > bytesMax) throw new CommandException($"{path} has more than {bytesMax} bytes; give {what}");
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be read ({wrong.Message.TrimEnd('.')}); give {what}", wrong);
        }
    }
}
