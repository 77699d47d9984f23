using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>Text that holds a private key on its way to the device: in memory that is never moved, zeroed when disposed.</summary>
internal sealed class SecretText : IDisposable
{
    private const int LengthMax = 16 * 1024;                                 // 15 peers of about 300 bytes fit three times

    private readonly byte[] _bytes = GC.AllocateArray<byte>(LengthMax, pinned: true);
    private int _length;

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    public void Line(string text)
    {
        _length += Encoding.ASCII.GetBytes(text, _bytes.AsSpan(_length));
        _bytes[_length++] = (byte)'\n';
    }

    public void HexLine(string name, ReadOnlySpan<byte> secret)
    {
        _length += Encoding.ASCII.GetBytes(name, _bytes.AsSpan(_length));
        foreach (var part in secret)
        {
            _bytes[_length++] = Digit(part >> 4);
            _bytes[_length++] = Digit(part & 15);
        }
        _bytes[_length++] = (byte)'\n';
    }

    public void Base64Line(string name, ReadOnlySpan<byte> secret)
    {
        _length += Encoding.ASCII.GetBytes(name, _bytes.AsSpan(_length));
        Base64.EncodeToUtf8(secret, _bytes.AsSpan(_length), out _, out var written);
        _length += written;
        _bytes[_length++] = (byte)'\n';
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);

    private static byte Digit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);
}
