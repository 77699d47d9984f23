using SwarmCompute.Attestation;

namespace SwarmCompute.Client.Inference;

/// <summary>A connection to an attested peer: it ends when the peer is no longer accepted. Asynchronous only.</summary>
internal sealed class AttestedStream : Stream
{
    private readonly Stream _inner;
    private readonly PeerSession _session;

    public AttestedStream(Stream inner, PeerSession session)
    {
        (_inner, _session) = (inner, session);
        session.Dropped.Register(inner.Dispose);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _inner.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            throw Ended(fault);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _inner.WriteAsync(buffer, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            throw Ended(fault);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public override void Flush() { }              // every write is flushed as it is made

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _session.Dispose();
            _inner.Dispose();
        }
        base.Dispose(disposing);
    }

    private IOException Ended(Exception fault) => new(_session.Reason.Length > 0 ? $"the head is no longer accepted: {_session.Reason}" : fault.Message, fault);
}
