namespace SwarmCompute.Inference;

/// <summary>Reads what a GGUF file says of its model. The file is not trusted: all that it claims is bounded and checked.</summary>
public static class GgufFile
{
    /// <summary>Reads and checks the metadata of a model, or of a stage of one. The tensors' data is not read.</summary>
    /// <exception cref="InvalidGgufException">The file is missing, cut off, malformed, or of a kind that cannot be run in stages.</exception>
    public static GgufMetadata Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);
            var reader = new GgufReader(file, path);
            var (entries, tensors) = new GgufParser(reader).Parse();
            return new GgufChecks(path, reader.Length, entries, tensors).Check();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InvalidGgufException($"{path} cannot be read: {failure.Message}", failure);
        }
    }
}
