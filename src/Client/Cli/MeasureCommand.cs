using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm measure</c>: what the evidence of a guest must show, computed from what it is launched with.</summary>
internal static class MeasureCommand
{
    private const int KeyBytesMax = 16 * 1024;
    private const int IdSize = 16;
    private const ulong DefaultFeatures = 1;

    public static Command Create() => new("measure", "Computes launch measurements, without a machine that runs them.") { Snp(), IdBlock(), Tdx(), Replay() };

    private static Command Snp()
    {
        var description = new Option<string?>("--launch") { Description = "what it is launched with as dstack describes it, JSON with the hashes in place of the files; instead of all options below" };
        var firmware = new Option<string?>("--firmware") { Description = "the OVMF image" };
        var seed = new Option<string?>("--seed") { Description = "the digest after the image's own pages, 96 hexadecimal digits, where it is known (the file may then be the image's end)" };
        var vmm = new Option<SnpVmm>("--vmm") { Description = "who launches it", DefaultValueFactory = _ => SnpVmm.Qemu };
        var processors = new Option<int>("--vcpus") { Description = "virtual processors", DefaultValueFactory = _ => 1 };
        var cpu = new Option<string>("--cpu") { Description = "QEMU's model, such as EPYC-v4, EPYC-Milan, EPYC-Genoa or EPYC-Turin, or a CPUID signature such as 0x800f12", DefaultValueFactory = _ => "EPYC-v4" };
        var features = new Option<string>("--features") { Description = "SEV_FEATURES, such as 0x21", DefaultValueFactory = _ => $"0x{DefaultFeatures:x}" };
        var kernel = new Option<string?>("--kernel") { Description = "the kernel that is booted directly" };
        var initrd = new Option<string?>("--initrd") { Description = "its initial RAM disk" };
        var append = new Option<string>("--append") { Description = "its command line", DefaultValueFactory = _ => "" };
        var json = Json();
        var command = new Command("snp", "The launch digest of an SEV-SNP guest.") { description, firmware, seed, vmm, processors, cpu, features, kernel, initrd, append, json };
        command.SetAction(parsed =>
        {
            var launch = parsed.GetValue(description) is { } described ? Described(described) : new SnpLaunch(
                Firmware(parsed.GetValue(firmware), parsed.GetValue(seed)), parsed.GetRequiredValue(vmm), parsed.GetRequiredValue(processors),
                Cpu(parsed.GetRequiredValue(cpu)), Number(parsed.GetRequiredValue(features), "--features"),
                Kernel(parsed.GetValue(kernel), parsed.GetValue(initrd), parsed.GetRequiredValue(append)));
            if (!SnpLaunchDigest.TryCompute(launch, out var digest))
                throw new CommandException($"this cannot be launched: give 1 to {SnpLaunch.ProcessorsMax} --vcpus, and --kernel only with a firmware that takes one");
            return Say(parsed.GetValue(json), ("launchDigest", digest));
        });
        return command;
    }

    private static SnpLaunch Described(string path) => DstackLaunch.TryRead(InputFile.Read(path, DstackLaunch.BytesMax, "a launch as dstack describes it"), out var launch)
        ? launch!
        : throw new CommandException($"{path} describes no launch; give JSON with ovmf_hash, ovmf_sections, sev_hashes_table_gpa, sev_es_reset_eip, kernel_hash, initrd_hash, base_cmdline, vcpus, vcpu_type and guest_features");

    private static SnpFirmware Firmware(string? path, string? seed)
    {
        var image = InputFile.Read(path ?? throw new CommandException("give --firmware, or --launch"), SnpFirmware.ImageBytesMax, "an OVMF image");
        return SnpFirmware.TryRead(image, seed is null ? [] : Hexadecimal(seed, SnpLaunchDigest.Size, "--seed"), out var read)
            ? read!
            : throw new CommandException($"{path} is no OVMF image with SEV metadata");
    }

    private static SnpKernelHashes? Kernel(string? kernel, string? initrd, string append) => kernel is null
        ? null
        : SnpKernelHashes.Of(Image(kernel, "the kernel"), initrd is null ? [] : Image(initrd, "the initial RAM disk"), append);

    private static Command IdBlock()
    {
        var digest = new Option<string>("--launch-digest") { Description = "96 hexadecimal digits", Required = true };
        var family = new Option<string>("--family") { Description = "the family id, 32 hexadecimal digits", DefaultValueFactory = _ => new string('0', 2 * IdSize) };
        var image = new Option<string>("--image") { Description = "the image id, 32 hexadecimal digits", DefaultValueFactory = _ => new string('0', 2 * IdSize) };
        var version = new Option<uint>("--svn") { Description = "the guest's security version" };
        var policy = new Option<string>("--policy") { Description = "the guest policy", DefaultValueFactory = _ => "0x30000" };
        var id = new Option<string?>("--id-key") { Description = "the PEM file of the public key that signs it" };
        var author = new Option<string?>("--author-key") { Description = "the PEM file of the public key that signs that key" };
        var json = Json();
        var command = new Command("id-block", "The ID block of an SEV-SNP guest, and the digests of the keys that sign it.") { digest, family, image, version, policy, id, author, json };
        command.SetAction(parsed =>
        {
            var block = new SnpIdBlock(
                Hexadecimal(parsed.GetRequiredValue(digest), SnpLaunchDigest.Size, "--launch-digest"), Hexadecimal(parsed.GetRequiredValue(family), IdSize, "--family"),
                Hexadecimal(parsed.GetRequiredValue(image), IdSize, "--image"), parsed.GetValue(version), Number(parsed.GetRequiredValue(policy), "--policy"));
            List<(string, byte[])> measured = [("idBlock", block.ToBytes())];
            if (parsed.GetValue(id) is { } key) measured.Add(("idKeyDigest", KeyDigest(key)));
            if (parsed.GetValue(author) is { } other) measured.Add(("authorKeyDigest", KeyDigest(other)));
            return Say(parsed.GetValue(json), [.. measured]);
        });
        return command;
    }

    private static Command Tdx()
    {
        var firmware = new Option<string>("--firmware") { Description = "the TDVF image", Required = true };
        var order = new Option<TdxPageOrder>("--page-order") { Description = "how the launcher goes through the pages", DefaultValueFactory = _ => TdxPageOrder.ExtendAfterEachAdd };
        var json = Json();
        var command = new Command("tdx", "MRTD of a TDX guest.") { firmware, order, json };
        command.SetAction(parsed => TdxFirmware.TryRead(InputFile.Read(parsed.GetRequiredValue(firmware), TdxFirmware.ImageBytesMax, "a TDVF image"), out var read)
            ? Say(parsed.GetValue(json), ("mrtd", TdxMrtd.Compute(read!, parsed.GetRequiredValue(order))))
            : throw new CommandException($"{parsed.GetRequiredValue(firmware)} is no TDX firmware"));
        return command;
    }

    private static Command Replay()
    {
        var log = new Argument<string>("log") { Description = "a CCEL area, a JSON event log, or a JSON document with one as its event_log" };
        var json = Json();
        var command = new Command("replay", "The run-time measurement registers of a TDX guest after an event log.") { log, json };
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(log);
            var bytes = InputFile.Read(path, RtmrReplay.LogBytesMax, "an event log");
            if (!DstackEventLog.TryRead(EventLogOf(bytes), out var events) && !CcelLog.TryRead(bytes, out events))
                throw new CommandException($"{path} is no event log, or one whose digests are not those of its events");
            return Say(parsed.GetValue(json), [.. RtmrReplay.Replay(events).Select((register, i) => (string.Create(CultureInfo.InvariantCulture, $"rtmr{i}"), register))]);
        });
        return command;
    }

    /// <summary>The event log within a document that also has the quote; any other bytes as they are.</summary>
    private static ReadOnlyMemory<byte> EventLogOf(byte[] bytes)
    {
        if (bytes is not [(byte)'{', ..]) return bytes;
        try
        {
            return CanonicalJson.ParseObject(bytes, RtmrReplay.LogBytesMax)["event_log"] switch
            {
                JsonValue text when text.TryGetValue<string>(out var log) => System.Text.Encoding.UTF8.GetBytes(log),
                JsonArray log => System.Text.Encoding.UTF8.GetBytes(log.ToJsonString()),
                _ => bytes,
            };
        }
        catch (FormatException)
        {
            return bytes;
        }
    }

    private static Option<bool> Json() => new("--json") { Description = "one JSON object on standard output" };

    private static int Say(bool json, params (string Name, byte[] Bytes)[] measured)
    {
        if (json) Console.WriteLine(new JsonObject(measured.Select(m => KeyValuePair.Create(m.Name, (JsonNode?)Convert.ToHexStringLower(m.Bytes)))).ToJsonString());
        else foreach (var (name, bytes) in measured) Console.WriteLine($"{name} {Convert.ToHexStringLower(bytes)}");
        return 0;
    }

    private static byte[] Image(string path, string what) => InputFile.Read(path, SnpFirmware.ImageBytesMax * 8, what);

    private static byte[] KeyDigest(string path)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(System.Text.Encoding.ASCII.GetString(InputFile.Read(path, KeyBytesMax, "a public key on P-384, PEM")));
            return SnpIdBlock.KeyDigest(key);
        }
        catch (Exception wrong) when (wrong is ArgumentException or CryptographicException)
        {
            throw new CommandException($"{path} is no public key on P-384 in PEM", wrong);
        }
    }

    private static uint Cpu(string text)
    {
        if (SnpCpuSignature.OfModel(text) is { } signature) return signature;
        if (!text.StartsWith("0x", StringComparison.Ordinal)) throw new CommandException($"--cpu is {text}; give a model such as EPYC-v4, EPYC-Milan, EPYC-Genoa or EPYC-Turin, or a signature such as 0x800f12");
        return Number(text, "--cpu") is <= uint.MaxValue and var number ? (uint)number : throw new CommandException($"--cpu is {text}; a signature has 32 bits");
    }

    private static ulong Number(string text, string option) =>
        text.StartsWith("0x", StringComparison.Ordinal) && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new CommandException($"{option} is {text}; give 0x and hexadecimal digits");

    private static byte[] Hexadecimal(string text, int size, string option)
    {
        var bytes = new byte[size];
        return text.Length == 2 * size && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? bytes
            : throw new CommandException($"{option} is {text}; give {2 * size} hexadecimal digits");
    }
}
