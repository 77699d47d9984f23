namespace SwarmCompute.Client.Cli;

/// <summary>Writes a file that a person named: whole, or not at all.</summary>
internal static class OutputFile
{
    /// <summary>Writes it.</summary>
    /// <exception cref="CommandException">It cannot be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var half = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllBytes(half, bytes);
            File.Move(half, path, overwrite: true);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            File.Delete(half);
            throw new CommandException($"{path} cannot be written ({wrong.Message.TrimEnd('.')})", wrong);
        }
    }
}
