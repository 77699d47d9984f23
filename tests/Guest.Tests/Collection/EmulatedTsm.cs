using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SwarmCompute.Guest.Collection;

namespace SwarmCompute.Guest.Tests.Collection;

/// <summary>
/// The kernel's evidence interface as drivers/virt/coco/tsm.c behaves: attributes appear with the directory, each write counts one, the evidence
/// is made when it is first read after a write, and the same until the next.
/// </summary>
internal sealed class EmulatedTsm : ITsmFiles
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Lock _one = new();

    public bool IsPresent { get; set; } = true;

    /// <summary>The driver; null: none is loaded.</summary>
    public string? Driver { get; set; } = "sev_guest";

    /// <summary>The least privilege level; null: the driver has none.</summary>
    public int? Floor { get; set; }

    /// <summary>The host's certificates; null: the driver has no such attribute.</summary>
    public byte[]? Table { get; set; } = [];

    /// <summary>Makes evidence of what was written.</summary>
    public Func<byte[], byte[]> Sign { get; set; } = EvidenceFor;

    /// <summary>Runs before a call has its effect: a verb, and an attribute where there is one. What it throws is the call's fault.</summary>
    public Action<string> Before { get; set; } = _ => { };

    /// <summary>Runs after a call had its effect.</summary>
    public Action<string> After { get; set; } = _ => { };

    /// <summary>All that was written, in order.</summary>
    public List<(string Attribute, byte[] Bytes)> Written { get; } = [];

    /// <summary>All directories that there ever were.</summary>
    public List<string> Names { get; } = [];

    /// <summary>Completes as soon as a directory is removed.</summary>
    public TaskCompletionSource Removed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many directories there are.</summary>
    public int Left
    {
        get { lock (_one) return _entries.Count; }
    }

    /// <summary>What an undisturbed kernel would say.</summary>
    public static byte[] EvidenceFor(byte[] reportData) => [.. "evidence of "u8, .. SHA512.HashData(reportData), .. reportData];

    public static TsmException Fault(TsmFault fault) => new(fault, $"the kernel says {fault}");

    public void MakeDirectory(string name) => Call("mkdir", () =>
    {
        if (Driver is null) throw Fault(TsmFault.NoDriver);
        Names.Add(name);
        return _entries.TryAdd(name, new Entry()) ? 0 : throw Fault(TsmFault.Other);
    });

    public void RemoveDirectory(string name) => Call("rmdir", () =>
    {
        if (!_entries.Remove(name)) throw Fault(TsmFault.Missing);
        Removed.TrySetResult();
        return 0;
    });

    public void Write(string name, string attribute, ReadOnlySpan<byte> bytes)
    {
        var copy = bytes.ToArray();
        Call($"write {attribute}", () =>
        {
            Written.Add((attribute, copy));
            var entry = Of(name);
            entry.Generation++;
            if (attribute == "inblob") entry.ReportData = copy;
            return 0;
        });
    }

    public byte[] Read(string name, string attribute, int bytesMax)
    {
        var bytes = Call($"read {attribute}", () => Attribute(Of(name), attribute));
        return bytes.Length <= bytesMax ? bytes : throw Fault(TsmFault.TooLarge);
    }

    /// <summary>Somebody else writes report data into every directory.</summary>
    public void Interfere()
    {
        lock (_one)
            foreach (var entry in _entries.Values)
                (entry.Generation, entry.ReportData) = (entry.Generation + 1, new byte[64]);
    }

    private byte[] Attribute(Entry entry, string attribute) => attribute switch
    {
        "generation" => Text(entry.Generation.ToString(CultureInfo.InvariantCulture)),
        "provider" => Text(Driver!),
        "privlevel_floor" when Floor is { } floor => Text(floor.ToString(CultureInfo.InvariantCulture)),
        "outblob" => entry.Evidence(Sign),
        "auxblob" when Table is not null => Table,
        _ => throw Fault(TsmFault.Missing),
    };

    private Entry Of(string name) => _entries.GetValueOrDefault(name) ?? throw Fault(TsmFault.Missing);

    private T Call<T>(string call, Func<T> effect)
    {
        Before(call);
        T result;
        lock (_one) result = effect();
        After(call);
        return result;
    }

    private static byte[] Text(string text) => Encoding.ASCII.GetBytes(text + "\n");

    private sealed class Entry
    {
        private ulong _made;
        private byte[] _evidence = [];

        public ulong Generation { get; set; }

        public byte[]? ReportData { get; set; }

        public byte[] Evidence(Func<byte[], byte[]> sign)
        {
            if (ReportData is null) throw Fault(TsmFault.Other);
            if (_made != Generation) (_made, _evidence) = (Generation, sign(ReportData));
            return _evidence;
        }
    }
}
