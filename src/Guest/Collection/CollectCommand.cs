using System.Buffers;
using System.Text.Json.Nodes;
using SwarmCompute.Guest.Collection.Nvidia;

namespace SwarmCompute.Guest.Collection;

/// <summary>
/// <c>collect --report-data HEX --out FILE [--certificates FILE]</c>: asks the hardware behind this machine for evidence, as the loader of a guest
/// does. Prints one line of JSON: <c>{"type","bytes","certificates","gpus","confidentialGpus"}</c>; a failure is one line on standard error, exit code 1.
/// </summary>
internal static class CollectCommand
{
    public const string Usage = "collect --report-data HEX --out FILE [--certificates FILE]";

    /// <summary>Runs it.</summary>
    /// <param name="arguments">What follows the command's name.</param>
    /// <param name="files">The kernel's interface.</param>
    /// <param name="openNvml">Opens a session with NVIDIA's driver; null where there is none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="output">Where the line goes.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<int> Run(
        string[] arguments, ITsmFiles files, Func<INvml?> openNvml, TimeProvider time, TextWriter output, CancellationToken cancel)
    {
        var log = new GuestLog("collect", time);
        try
        {
            var options = CollectOptions.Parse(arguments);
            var choice = await CollectorChoice.Make(files, TsmLimits.Default, time, cancel);
            if (choice is not CollectorChoice.Hardware(var collector)) throw new GuestException(((CollectorChoice.None)choice).Why);
            var evidence = await collector.Collect(options.ReportData, cancel);
            var gpus = await new GpuCollector(openNvml, time).Look(cancel);
            await Write(options.Out, evidence.Document.ToArray(), cancel);
            if (options.Certificates is { } path) await Write(path, [.. evidence.Certificates.SelectMany(c => c.ToArray())], cancel);
            await output.WriteLineAsync(Line(evidence, gpus));
            return 0;
        }
        catch (GuestException fault)
        {
            log.Line(fault.Message);
            return 1;
        }
    }

    private static string Line(CollectedEvidence evidence, CollectedGpus gpus) => new JsonObject
    {
        ["type"] = evidence.Type,
        ["bytes"] = evidence.Document.Length,
        ["certificates"] = evidence.Certificates.Length,
        ["gpus"] = gpus.Count,
        ["confidentialGpus"] = gpus.State is { ConfidentialComputing: true } ? gpus.Count : 0,
    }.ToJsonString();

    private static async Task Write(string path, byte[] bytes, CancellationToken cancel)
    {
        try
        {
            await File.WriteAllBytesAsync(path, bytes, cancel);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new GuestException($"{path} cannot be written: {fault.Message}", fault);
        }
    }

    private sealed record CollectOptions(byte[] ReportData, string Out, string? Certificates)
    {
        public static CollectOptions Parse(string[] arguments)
        {
            string? reportData = null, file = null, certificates = null;
            for (var i = 0; i < arguments.Length; i += 2)
            {
                var value = i + 1 < arguments.Length ? arguments[i + 1] : throw new GuestException($"{arguments[i]} needs a value. Usage: {Usage}");
                switch (arguments[i])
                {
                    case "--report-data": reportData = value; break;
                    case "--out": file = value; break;
                    case "--certificates": certificates = value; break;
                    default: throw new GuestException($"{arguments[i]} is not an option. Usage: {Usage}");
                }
            }
            if (string.IsNullOrEmpty(reportData) || string.IsNullOrEmpty(file)) throw new GuestException($"--report-data and --out are needed. Usage: {Usage}");
            return new CollectOptions(Hex(reportData), file, certificates);
        }

        private static byte[] Hex(string text)
        {
            var bytes = new byte[CollectedEvidence.ReportDataSize];
            return text.Length == 2 * bytes.Length && Convert.FromHexString(text, bytes, out _, out _) == OperationStatus.Done
                ? bytes
                : throw new GuestException($"--report-data is no hexadecimal text of {CollectedEvidence.ReportDataSize} bytes; give {2 * bytes.Length} digits.");
        }
    }
}
