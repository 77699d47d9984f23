using System.Security.Cryptography;
using SwarmCompute.Chain.Crypto;

namespace SwarmCompute.Chain;

/// <summary>An account of the chain that can sign: a private key on secp256k1, kept in pinned memory and wiped on dispose.</summary>
public sealed class Account : IDisposable
{
    private const int KeySize = 32;
    private const int KeyFileBytesMax = 256;

    private readonly byte[] _key = GC.AllocateUninitializedArray<byte>(KeySize, pinned: true);
    private bool _disposed;

    private Account(ReadOnlySpan<byte> key)
    {
        key.CopyTo(_key);
        Span<byte> publicKey = stackalloc byte[2 * Hash32.Size];
        Secp256k1.Instance.PublicKey(_key, publicKey);
        Address = RecoverableSignature.AddressOf(publicKey);
    }

    /// <summary>The account's address: the last 20 bytes of the Keccak-256 of its public key.</summary>
    public Address Address { get; }

    /// <summary>Takes a copy of a private key.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes that are a private key of secp256k1.</exception>
    public static Account FromPrivateKey(ReadOnlySpan<byte> key) => Secp256k1.Instance.IsPrivateKey(key)
        ? new Account(key)
        : throw new ArgumentException("Not a private key of secp256k1: give 32 bytes, from 1 to the group order - 1.", nameof(key));

    /// <summary>Reads a private key from a file: 64 hexadecimal digits, with or without <c>0x</c>, with or without white space around.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="FormatException">The file holds something else.</exception>
    public static Account FromKeyFile(string path)
    {
        Span<byte> text = stackalloc byte[KeyFileBytesMax];
        Span<byte> key = stackalloc byte[KeySize];
        try
        {
            using var file = File.OpenRead(path);
            var digits = text[..file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false)].Trim(" \t\r\n"u8);
            if (digits.StartsWith("0x"u8)) digits = digits[2..];
            if (digits.Length != 2 * KeySize
                || Convert.FromHexString(digits, key, out _, out _) != System.Buffers.OperationStatus.Done
                || !Secp256k1.Instance.IsPrivateKey(key))
                throw new FormatException($"{path} is not a key file; give one private key of secp256k1 as 64 hexadecimal digits.");
            return new Account(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>The address; never the key.</summary>
    public override string ToString() => Address.ToString();

    /// <summary>Wipes the key; the account cannot sign any more.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
    }

    internal RecoverableSignature Sign(Hash32 hash)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Secp256k1.Instance.Sign(_key, hash);
    }
}
