using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SwarmCompute.Guest.Collection;

/// <summary>One directory of the kernel's evidence interface, which nobody else knows the name of; disposing removes it.</summary>
internal sealed class TsmEntry : IDisposable
{
    private const int RemovalsMax = 5, TextBytesMax = 256;

    private readonly ITsmFiles _files;
    private readonly string _name = $"swarm-{RandomNumberGenerator.GetHexString(32, lowercase: true)}";

    private TsmEntry(ITsmFiles files) => _files = files;

    /// <summary>Makes one.</summary>
    public static TsmEntry Make(ITsmFiles files)
    {
        var entry = new TsmEntry(files);
        try
        {
            files.MakeDirectory(entry._name);
            return entry;
        }
        catch (TsmException)
        {
            entry.Dispose();          // an interrupted call may have made it
            throw;
        }
    }

    /// <summary>Reads a number (decimal, with or without a line end).</summary>
    public ulong Number(string attribute) =>
        ulong.TryParse(Text(attribute), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new TsmException(TsmFault.Other, $"the attribute {attribute} is no number");

    /// <summary>Reads a text, without the white space around it.</summary>
    public string Text(string attribute) => Encoding.Latin1.GetString(_files.Read(_name, attribute, TextBytesMax)).Trim();

    /// <summary>Reads an attribute whole.</summary>
    public byte[] Bytes(string attribute, int bytesMax) => _files.Read(_name, attribute, bytesMax);

    /// <summary>Writes an attribute in one call.</summary>
    public void Write(string attribute, ReadOnlySpan<byte> bytes) => _files.Write(_name, attribute, bytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var removal = 1; ; removal++)
        {
            try
            {
                _files.RemoveDirectory(_name);
                return;
            }
            catch (TsmException fault) when (fault.Fault is TsmFault.Missing or TsmFault.NoDriver)
            {
                return;
            }
            catch (TsmException fault) when (fault.Fault == TsmFault.Passing && removal < RemovalsMax)
            {
                Thread.Yield();
            }
        }
    }
}
