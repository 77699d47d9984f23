using System.Globalization;

namespace SwarmCompute.Grains.Scheduling;

/// <summary>Amounts of memory for people.</summary>
internal static class ByteText
{
    /// <summary>In GiB, or MiB where it is less than one.</summary>
    public static string Of(long bytes) => bytes >= 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):F1} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):F1} MiB");
}
