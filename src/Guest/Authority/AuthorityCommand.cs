using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Authority;

/// <summary>
/// <c>authority --directory DIR --listen IP:PORT [--development-chain ID]</c>: serves until standard input ends or SIGTERM comes. Prints one
/// JSON line when it is ready.
/// </summary>
internal static class AuthorityCommand
{
    public const string Usage = "authority --directory DIR --listen IP:PORT [--development-chain ID]";

    public static async Task<int> Run(string[] arguments, TimeProvider time)
    {
        var log = new GuestLog("authority", time);
        try
        {
            var options = AuthorityOptions.Parse(arguments);
            using var authority = LoadRoot(options.Directory, time);
            var challenges = new Challenges(time);
            var verifier = new EvidenceVerifier(TrustRoots.Vendors, options.DevelopmentChainId);
            var certifier = new Certifier(authority, verifier, options.Policy, new NoCollateral(), challenges, time);
            var parent = new ParentPipe();
            await using var server = AuthorityServer.Start(options.Listen, authority, certifier, challenges, time, log);
            PrintReady(server.LocalEndPoint, authority);
            parent.Watch();
            await Stopped(parent.Ended);
            return 0;
        }
        catch (GuestException fault)
        {
            log.Line(fault.Message);
            return 1;
        }
    }

    private static CertificateAuthority LoadRoot(string directory, TimeProvider time)
    {
        try
        {
            return CertificateAuthority.Load(directory, time);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new GuestException($"There is no usable root in {directory}: {fault.Message}", fault);
        }
    }

    private static void PrintReady(IPEndPoint endpoint, CertificateAuthority authority)
    {
        var ready = CanonicalJson.Serialize(new JsonObject { ["endpoint"] = endpoint.ToString(), ["root"] = Convert.ToBase64String(authority.Root.RawData) });
        Console.Out.WriteLine(Encoding.UTF8.GetString(ready));
        Console.Out.Flush();
    }

    private static async Task Stopped(Task parentEnded)
    {
        var terminated = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            terminated.TrySetResult();
        });
        await Task.WhenAny(terminated.Task, parentEnded);
    }

    private sealed record AuthorityOptions(string Directory, IPEndPoint Listen, ulong? DevelopmentChainId)
    {
        public AttestationPolicy Policy => DevelopmentChainId is null
            ? AttestationPolicy.Strict
            : AttestationPolicy.Strict with { Types = AttestationPolicy.Strict.Types.Add(Manifest.Development) };

        public static AuthorityOptions Parse(string[] arguments)
        {
            string? directory = null, listen = null, chain = null;
            for (var i = 0; i < arguments.Length; i += 2)
            {
                var value = i + 1 < arguments.Length ? arguments[i + 1] : throw new GuestException($"{arguments[i]} needs a value. Usage: {Usage}");
                switch (arguments[i])
                {
                    case "--directory": directory = value; break;
                    case "--listen": listen = value; break;
                    case "--development-chain": chain = value; break;
                    default: throw new GuestException($"{arguments[i]} is not an option. Usage: {Usage}");
                }
            }
            if (directory is null || listen is null) throw new GuestException($"--directory and --listen are needed. Usage: {Usage}");
            if (!IPEndPoint.TryParse(listen, out var endpoint)) throw new GuestException($"--listen is '{listen}'; give IP:PORT, such as 127.0.0.1:0.");
            return new AuthorityOptions(directory, endpoint, chain is null ? null : ChainId(chain));
        }

        private static ulong ChainId(string text) =>
            ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0
                ? id
                : throw new GuestException($"--development-chain is '{text}'; give a chain id, such as 31337.");
    }
}
