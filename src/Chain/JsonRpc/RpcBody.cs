using System.Buffers;
using System.Text.Json;

namespace SwarmCompute.Chain.JsonRpc;

/// <summary>
/// The result of one answer as the endpoint wrote it: well-formed JSON in UTF-8, in a buffer that goes back to its pool on dispose. Not to
/// be used afterwards.
/// </summary>
internal sealed class RpcBody : IDisposable
{
    /// <summary>Arrays and objects within one another, at most: the deepest result of the methods in use has five.</summary>
    public const int DepthMax = 16;

    private readonly int _start;
    private readonly int _length;
    private byte[]? _buffer;

    /// <summary>Takes over a buffer of <see cref="ArrayPool{T}.Shared"/>.</summary>
    public RpcBody(byte[] buffer, int start, int length) => (_buffer, _start, _length) = (buffer, start, length);

    /// <summary>The bytes of the answer's <c>result</c>, which may be <c>null</c>.</summary>
    public ReadOnlyMemory<byte> Result => (_buffer ?? throw new ObjectDisposedException(nameof(RpcBody))).AsMemory(_start, _length);

    /// <summary>The result, copied out of the buffer.</summary>
    public JsonElement ToElement() => JsonElement.Parse(Result.Span, new JsonDocumentOptions { MaxDepth = DepthMax });

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer) ArrayPool<byte>.Shared.Return(buffer);
    }
}
