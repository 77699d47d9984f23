using System.Globalization;
using System.Text.Json;

namespace SwarmCompute.Attestation;

/// <summary>Reads what Intel signs; every method throws where the form is another one, and <see cref="IsProblem"/> knows what.</summary>
internal static class IntelJson
{
    public const int BytesMax = 256 * 1024;
    public const int LevelsMax = 256;
    private const int DepthMax = 16;
    private const int ComponentsCount = 16;
    private const int AdvisoriesMax = 256;

    public static bool IsProblem(Exception e) =>
        e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException or ArgumentException or OverflowException;

    public static JsonDocument Open(ReadOnlyMemory<byte> utf8) => utf8.Length <= BytesMax
        ? JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = DepthMax, AllowDuplicateProperties = false })
        : throw new FormatException("The text is too long.");

    public static string Text(JsonElement element, string name) =>
        element.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null.");

    public static byte[] Hex(JsonElement element, string name, int length)
    {
        var bytes = Convert.FromHexString(Text(element, name));
        return bytes.Length == length ? bytes : throw new FormatException($"'{name}' has another length.");
    }

    public static int Number(JsonElement element, string name, int max = int.MaxValue) =>
        element.GetProperty(name).TryGetInt32(out var number) && number >= 0 && number <= max ? number : throw new FormatException($"'{name}' is out of its range.");

    public static DateTimeOffset Time(JsonElement element, string name) =>
        DateTimeOffset.ParseExact(Text(element, name), "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>Levels of an identity: ISVSVN alone; only three statuses are legal there (Quote Verification Library).</summary>
    public static IntelTcbLevel[] IdentityLevels(JsonElement element)
    {
        var levels = Levels(element, tcb => ([], [], Number(tcb, "isvsvn", ushort.MaxValue)));
        foreach (var level in levels)
            if (level.Status is not (IntelTcbStatus.UpToDate or IntelTcbStatus.OutOfDate or IntelTcbStatus.Revoked))
                throw new FormatException($"An identity has the status {level.Status}.");
        return levels;
    }

    /// <summary>Levels of TCB info.</summary>
    public static IntelTcbLevel[] PlatformLevels(JsonElement element, bool tdx) => Levels(element, tcb =>
        (Components(tcb, "sgxtcbcomponents"), tdx ? Components(tcb, "tdxtcbcomponents") : [], Number(tcb, "pcesvn", ushort.MaxValue)));

    private static IntelTcbLevel[] Levels(JsonElement element, Func<JsonElement, (int[] Sgx, int[] Tdx, int Svn)> read)
    {
        var array = element.GetProperty("tcbLevels");
        if (array.GetArrayLength() is 0 or > LevelsMax) throw new FormatException("There are no levels, or too many.");
        var levels = new List<IntelTcbLevel>();
        foreach (var item in array.EnumerateArray())
        {
            var (sgx, tdx, svn) = read(item.GetProperty("tcb"));
            levels.Add(new(sgx, tdx, svn, Status(Text(item, "tcbStatus")), Time(item, "tcbDate"), Advisories(item)));
        }
        levels.Sort(IntelTcbLevel.CompareHighestFirst);
        for (var i = 1; i < levels.Count; i++)
            if (IntelTcbLevel.CompareHighestFirst(levels[i - 1], levels[i]) == 0) throw new FormatException("A level comes twice.");
        return [.. levels];
    }

    private static int[] Components(JsonElement tcb, string name)
    {
        var array = tcb.GetProperty(name);
        if (array.GetArrayLength() != ComponentsCount) throw new FormatException($"'{name}' has another length.");
        var components = new int[ComponentsCount];
        for (var i = 0; i < ComponentsCount; i++) components[i] = Number(array[i], "svn", ushort.MaxValue);
        return components;
    }

    private static string[] Advisories(JsonElement level)
    {
        if (!level.TryGetProperty("advisoryIDs", out var array)) return [];
        if (array.GetArrayLength() > AdvisoriesMax) throw new FormatException("There are too many advisories.");
        return [.. array.EnumerateArray().Select(a => a.GetString() is { Length: > 0 and <= 64 } id ? id : throw new FormatException("An advisory has no name."))];
    }

    private static IntelTcbStatus Status(string text) => text switch
    {
        nameof(IntelTcbStatus.UpToDate) => IntelTcbStatus.UpToDate,
        nameof(IntelTcbStatus.SWHardeningNeeded) => IntelTcbStatus.SWHardeningNeeded,
        nameof(IntelTcbStatus.ConfigurationNeeded) => IntelTcbStatus.ConfigurationNeeded,
        nameof(IntelTcbStatus.ConfigurationAndSWHardeningNeeded) => IntelTcbStatus.ConfigurationAndSWHardeningNeeded,
        nameof(IntelTcbStatus.OutOfDate) => IntelTcbStatus.OutOfDate,
        nameof(IntelTcbStatus.OutOfDateConfigurationNeeded) => IntelTcbStatus.OutOfDateConfigurationNeeded,
        nameof(IntelTcbStatus.Revoked) => IntelTcbStatus.Revoked,
        _ => throw new FormatException("A status is not known."),
    };
}
