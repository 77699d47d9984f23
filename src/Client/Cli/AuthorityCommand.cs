using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Demo;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm authority create|silo</c>: makes a development authority, and certifies silos with it.</summary>
internal static class AuthorityCommand
{
    public static Command Create() => new("authority", "Makes a development authority's root, and certifies silos with it.") { CreateRoot(), CertifySilo() };

    private static Command CreateRoot()
    {
        var directory = new Argument<string>("directory") { Description = "where root.key.pem and root.cer go; made where it is not there" };
        var command = new Command("create", "Makes a root key and certificate.") { directory };
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(directory);
            if (File.Exists(Path.Combine(path, CertificateAuthority.KeyFile))) throw new CommandException($"{path} holds a root already; give another folder");
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using var authority = CertificateAuthority.Create(TimeProvider.System);
            authority.Save(path);
            Console.WriteLine($"authority {authority.KeyHash} made in {path}; whoever has {CertificateAuthority.KeyFile} can certify anything in this swarm");
        });
        return command;
    }

    private static Command CertifySilo()
    {
        var directory = new Argument<string>("directory") { Description = "the authority's folder" };
        var node = new Option<string>("--node") { Description = "the node's name", Required = true };
        var output = new Option<string>("--out") { Description = "the folder that gets NODE.pem and NODE.key.pem", Required = true };
        var days = new Option<int>("--days") { Description = "how long it is valid, 1 to 365", DefaultValueFactory = _ => 90 };
        var request = new Option<string?>("--request") { Description = "the silo's own request with evidence (SwarmCompute.Guest request); then its key stays where it is" };
        var chain = new Option<ulong?>("--chain-id") { Description = "the swarm's chain: development evidence counts on a development chain alone" };
        var evidence = new EvidenceOptions("the request");
        var command = new Command("silo", "Makes a certificate for a silo, and its key where it brings no request.") { directory, node, output, days, request, chain };
        evidence.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var name = CommonOptions.Parse(parsed.GetRequiredValue(node), text => new NodeId(text));
            if (parsed.GetRequiredValue(days) is not (>= 1 and <= 365 and var lasting)) throw new CommandException("--days is out of range; give 1 to 365");
            using var authority = CertificateAuthority.Load(parsed.GetRequiredValue(directory), TimeProvider.System);
            var folder = parsed.GetRequiredValue(output);
            if (parsed.GetValue(request) is not { } file)
            {
                var (certificate, key) = SiloFiles.Write(authority, name, Directory.CreateDirectory(folder).FullName, TimeSpan.FromDays(lasting));
                Console.WriteLine($"{certificate} and {key} name {name}");
                return;
            }
            var (publicKey, shown) = await Judged(file, evidence, parsed, parsed.GetValue(chain), cancel);
            Console.WriteLine($"{SiloFiles.Write(authority, name, Directory.CreateDirectory(folder).FullName, TimeSpan.FromDays(lasting), publicKey, shown)} names {name}, with evidence of type {shown.Type}");
        });
        return command;
    }

    private static async Task<(PublicKey Key, Attestation.Evidence Evidence)> Judged(string file, EvidenceOptions options, ParseResult parsed, ulong? chainId, CancellationToken cancel)
    {
        var policy = options.Policy(parsed) ?? throw new CommandException("--request needs --policy: what the evidence in it must show");
        var text = Encoding.ASCII.GetString(InputFile.Read(file, AttestedRequest.CharsMax, "a request with evidence, PEM"));
        var (key, evidence) = AttestedRequest.TryRead(text) ?? throw new CommandException($"{file} is no request that is signed by its own key and carries evidence");
        await using var vendors = options.Collateral(parsed);
        var collateral = await options.Given(parsed, vendors).For(evidence, cancel);
        var binding = new EvidenceBinding(AttestationPurpose.Peer, Hash32.Sha256(key.ExportSubjectPublicKeyInfo())) { ChainId = chainId };
        var result = EvidenceOptions.VerifierFor(chainId ?? 0).Verify(evidence, collateral, policy, binding, TimeProvider.System.GetUtcNow());
        return result.Verdict == Verdict.Accepted ? (key, evidence) : throw new CommandException($"{file}: {result.Explain()}");
    }
}
