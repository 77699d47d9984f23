using System.Security.Cryptography;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>This guest's X25519 private key (RFC 7748). It is made here, stays in memory that is never moved, and is zeroed when disposed.</summary>
public sealed class WireGuardPrivateKey : IDisposable
{
    private readonly byte[] _bytes = GC.AllocateArray<byte>(WireGuardPublicKey.Size, pinned: true);
    private bool _disposed;

    private WireGuardPrivateKey()
    {
        RandomNumberGenerator.Fill(_bytes);
        _bytes[0] &= 248;                                                    // RFC 7748 section 5
        _bytes[31] = (byte)((_bytes[31] & 127) | 64);
    }

    /// <summary>Makes a key.</summary>
    public static WireGuardPrivateKey Create() => new();

    /// <summary>Zeroes the key.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }

    /// <exception cref="ObjectDisposedException">The key is zeroed.</exception>
    internal ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }
}
