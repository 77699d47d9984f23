namespace SwarmCompute.Client;

/// <summary>Reads what a peer sends, up to a bound.</summary>
internal static class BoundedRead
{
    /// <summary>The whole stream.</summary>
    /// <exception cref="SwarmException">There is more than <paramref name="bytesMax"/> bytes.</exception>
    public static async Task<byte[]> All(Stream stream, int bytesMax, CancellationToken cancel)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancel) is > 0 and var count)
        {
            if (bytes.Length + count > bytesMax) throw new SwarmException(SwarmFailure.Protocol, $"the answer has more than {bytesMax} bytes");
            bytes.Write(buffer, 0, count);
        }
        return bytes.ToArray();
    }
}
