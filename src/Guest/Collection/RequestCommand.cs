using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Loader;

namespace SwarmCompute.Guest.Collection;

/// <summary>
/// <c>request --key KEY.pem --out REQUEST.pem [--development]</c>: makes a key and a certification request for it that carries this machine's evidence,
/// for <c>swarm authority silo --request</c>. Prints one JSON line.
/// </summary>
internal static class RequestCommand
{
    public const string Usage = "request --key KEY.pem --out REQUEST.pem [--development]";

    public static async Task<int> Run(string[] arguments, TimeProvider time)
    {
        var log = new GuestLog("request", time);
        try
        {
            var (keyFile, requestFile, isDevelopment) = Parse(arguments);
            var collector = isDevelopment ? new DevelopmentCollector(GatherEvidence.Measure(AppContext.BaseDirectory)) : await Hardware(time);
            using var key = P256.CreateKey();
            var (bytes, reportData) = AttestedCertificate.ClaimsFor(key).Bind();
            var collected = await collector.Collect(reportData, CancellationToken.None);
            var evidence = new Evidence(collected.Type, collected.Document, bytes) { Certificates = collected.Certificates };
            Write(keyFile, key.ExportPkcs8PrivateKeyPem() + "\n");
            Write(requestFile, AttestedRequest.Create(key, evidence) + "\n");
            Console.Out.WriteLine(Encoding.UTF8.GetString(CanonicalJson.Serialize(new JsonObject { ["evidence"] = collected.Type, ["key"] = keyFile, ["request"] = requestFile })));
            return 0;
        }
        catch (Exception fault) when (fault is GuestException or IOException or UnauthorizedAccessException)
        {
            log.Line(fault.Message);
            return 1;
        }
    }

    private static (string Key, string Request, bool IsDevelopment) Parse(string[] arguments)
    {
        string? key = null, request = null;
        var isDevelopment = false;
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--development": isDevelopment = true; break;
                case "--key" when i + 1 < arguments.Length: key = arguments[++i]; break;
                case "--out" when i + 1 < arguments.Length: request = arguments[++i]; break;
                default: throw new GuestException($"{arguments[i]} is not an option, or lacks its value. Usage: {Usage}");
            }
        }
        if (key is null || request is null) throw new GuestException($"--key and --out are needed. Usage: {Usage}");
        if (new[] { key, request }.FirstOrDefault(File.Exists) is { } there) throw new GuestException($"{there} is there already; give a file that is not.");
        return (key, request, isDevelopment);
    }

    private static async Task<IEvidenceCollector> Hardware(TimeProvider time) => await CollectorChoice.Make(new TsmFiles(), TsmLimits.Default, time, CancellationToken.None) switch
    {
        CollectorChoice.Hardware found => found.Collector,
        CollectorChoice.None none => throw new GuestException($"{none.Why} --development makes evidence that says so."),
        _ => throw new InvalidOperationException("There is no third choice."),
    };

    private static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }
}
