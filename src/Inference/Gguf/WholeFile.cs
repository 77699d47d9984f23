namespace SwarmCompute.Inference;

/// <summary>Writes a file that appears whole or not at all: under a temporary name beside it, to the disk, then renamed.</summary>
internal static class WholeFile
{
    private const int BufferBytes = 1 << 20;

    /// <param name="path">The file.</param>
    /// <param name="overwrite">Whether it replaces one of the same name.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="check">Looks at the file of this name, which holds the whole content, and throws where it must not appear.</param>
    public static void Write(string path, bool overwrite, Action<FileStream> write, Action<string>? check = null)
    {
        var temporary = $"{path}.{Guid.NewGuid():n}.part";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = BufferBytes };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var stream = new FileStream(temporary, options))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            check?.Invoke(temporary);
            File.Move(temporary, path, overwrite);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
