using System.CommandLine;
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
        var command = new Command("silo", "Makes a key and certificate for a silo.") { directory, node, output, days };
        command.SetAction(parsed =>
        {
            var name = CommonOptions.Parse(parsed.GetRequiredValue(node), text => new NodeId(text));
            if (parsed.GetRequiredValue(days) is not (>= 1 and <= 365 and var lasting)) throw new CommandException("--days is out of range; give 1 to 365");
            using var authority = CertificateAuthority.Load(parsed.GetRequiredValue(directory), TimeProvider.System);
            var (certificate, key) = SiloFiles.Write(authority, name, Directory.CreateDirectory(parsed.GetRequiredValue(output)).FullName, TimeSpan.FromDays(lasting));
            Console.WriteLine($"{certificate} and {key} name {name}");
        });
        return command;
    }
}
