using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SwarmCompute.Chain.Crypto;

/// <summary>libsecp256k1 (include/secp256k1.h, secp256k1_recovery.h): one context for the process, randomised against side channels.</summary>
internal sealed unsafe class NativeSecp256k1 : ISecp256k1
{
    private const uint ContextSignVerify = 1 | (1 << 8) | (1 << 9);
    private const uint Uncompressed = 1 << 1;
    private const int OpaqueKeySize = 64;
    private const int OpaqueSignatureSize = 65;

    /// <summary>Debian's sonames from bookworm on, newest first.</summary>
    private static readonly string[] Names = ["libsecp256k1.so.6", "libsecp256k1.so.5", "libsecp256k1.so.2", "libsecp256k1.so.1"];

    private readonly nint _context;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, int> _verifyKey;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, byte*, int> _createPublicKey;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint*, byte*, uint, int> _serializePublicKey;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, nint, nint, int> _sign;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, int*, byte*, int> _serializeSignature;

    private readonly delegate* unmanaged[Cdecl]<nint, byte*, byte*, int, int> _parseSignature;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, int> _recover;

    private NativeSecp256k1(nint library)
    {
        var create = (delegate* unmanaged[Cdecl]<uint, nint>)NativeLibrary.GetExport(library, "secp256k1_context_create");
        var randomize = (delegate* unmanaged[Cdecl]<nint, byte*, int>)NativeLibrary.GetExport(library, "secp256k1_context_randomize");
        _verifyKey = (delegate* unmanaged[Cdecl]<nint, byte*, int>)NativeLibrary.GetExport(library, "secp256k1_ec_seckey_verify");
        _createPublicKey = (delegate* unmanaged[Cdecl]<nint, byte*, byte*, int>)NativeLibrary.GetExport(library, "secp256k1_ec_pubkey_create");
        _serializePublicKey = (delegate* unmanaged[Cdecl]<nint, byte*, nuint*, byte*, uint, int>)NativeLibrary.GetExport(library, "secp256k1_ec_pubkey_serialize");
        _sign = (delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, nint, nint, int>)NativeLibrary.GetExport(library, "secp256k1_ecdsa_sign_recoverable");
        _serializeSignature = (delegate* unmanaged[Cdecl]<nint, byte*, int*, byte*, int>)NativeLibrary.GetExport(library, "secp256k1_ecdsa_recoverable_signature_serialize_compact");
        _parseSignature = (delegate* unmanaged[Cdecl]<nint, byte*, byte*, int, int>)NativeLibrary.GetExport(library, "secp256k1_ecdsa_recoverable_signature_parse_compact");
        _recover = (delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, int>)NativeLibrary.GetExport(library, "secp256k1_ecdsa_recover");

        _context = create(ContextSignVerify);
        var seed = stackalloc byte[32];
        RandomNumberGenerator.Fill(new Span<byte>(seed, 32));
        if (randomize(_context, seed) != 1) throw new InvalidOperationException("libsecp256k1 did not take its seed.");
    }

    /// <summary>The library of this machine; null where it has none with the recovery module.</summary>
    public static NativeSecp256k1? TryLoad()
    {
        foreach (var name in Names)
        {
            if (!NativeLibrary.TryLoad(name, out var library)) continue;
            if (NativeLibrary.TryGetExport(library, "secp256k1_ecdsa_sign_recoverable", out _)) return new NativeSecp256k1(library);
        }
        return null;
    }

    /// <inheritdoc/>
    public bool IsPrivateKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != 32) return false;
        fixed (byte* bytes = key) return _verifyKey(_context, bytes) == 1;
    }

    /// <inheritdoc/>
    public void PublicKey(ReadOnlySpan<byte> key, Span<byte> publicKey)
    {
        CheckKey(key);
        var opaque = stackalloc byte[OpaqueKeySize];
        var serialized = stackalloc byte[65];
        nuint length = 65;
        fixed (byte* bytes = key)
        {
            if (_createPublicKey(_context, opaque, bytes) != 1 || _serializePublicKey(_context, serialized, &length, opaque, Uncompressed) != 1)
                throw new CryptographicException("libsecp256k1 refused the private key.");
        }
        new ReadOnlySpan<byte>(serialized + 1, 64).CopyTo(publicKey);
    }

    /// <inheritdoc/>
    public RecoverableSignature Sign(ReadOnlySpan<byte> key, Hash32 hash)
    {
        CheckKey(key);
        var message = stackalloc byte[32];
        hash.CopyTo(new Span<byte>(message, 32));
        var opaque = stackalloc byte[OpaqueSignatureSize];
        var compact = stackalloc byte[64];
        int recoveryId;
        fixed (byte* bytes = key)
        {
            if (_sign(_context, opaque, message, bytes, 0, 0) != 1 || _serializeSignature(_context, compact, &recoveryId, opaque) != 1)
                throw new CryptographicException("libsecp256k1 did not sign.");
        }
        var signature = new ReadOnlySpan<byte>(compact, 64);
        return new RecoverableSignature(new Hash32(signature[..32]), new Hash32(signature[32..]), (byte)(recoveryId & 1));
    }

    /// <inheritdoc/>
    public bool TryRecover(Hash32 hash, RecoverableSignature signature, Span<byte> publicKey)
    {
        if (!signature.IsLow || signature.YParity > 1) return false;
        var compact = stackalloc byte[64];
        signature.R.CopyTo(new Span<byte>(compact, 32));
        signature.S.CopyTo(new Span<byte>(compact + 32, 32));
        var message = stackalloc byte[32];
        hash.CopyTo(new Span<byte>(message, 32));
        var opaque = stackalloc byte[OpaqueSignatureSize];
        var key = stackalloc byte[OpaqueKeySize];
        var serialized = stackalloc byte[65];
        nuint length = 65;
        if (_parseSignature(_context, opaque, compact, signature.YParity) != 1 || _recover(_context, key, opaque, message) != 1) return false;
        if (_serializePublicKey(_context, serialized, &length, key, Uncompressed) != 1) return false;
        new ReadOnlySpan<byte>(serialized + 1, 64).CopyTo(publicKey);
        return true;
    }

    private static void CheckKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != 32) throw new ArgumentException($"A private key has 32 bytes, not {key.Length}.", nameof(key));
    }
}
