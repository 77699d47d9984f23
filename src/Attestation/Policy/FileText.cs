namespace SwarmCompute.Attestation;

/// <summary>What a file holds. Two are equal where name and bytes are.</summary>
/// <param name="Name">The file's name, without its folder.</param>
/// <param name="Bytes">Its bytes.</param>
internal sealed record FileText(string Name, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Reads a file that can be read again: no pipe, for that could wait for ever.</summary>
    /// <exception cref="FormatException">It is no such file, is empty, or has more than <paramref name="bytesMax"/> bytes; the message is one line.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileText Read(string path, int bytesMax)
    {
        var info = new FileInfo(path);
        if (((info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo) ?? info) is { Exists: true, Length: 0 }) throw new FormatException("it is empty, or no file that can be read again");
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (!file.CanSeek) throw new FormatException("it is no file that can be read again");
        if (file.Length > bytesMax) throw new FormatException($"it has {file.Length} bytes; at most {bytesMax} are read");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return new FileText(info.Name, bytes);
    }

    /// <inheritdoc/>
    public bool Equals(FileText? other) => other is not null && Name == other.Name && Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Bytes.Length);
}
