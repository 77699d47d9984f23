using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Authority;

/// <summary><c>authority</c>: serves until standard input ends or SIGTERM comes. Prints one JSON line when it is ready.</summary>
internal static class AuthorityCommand
{
    public const string Usage = AuthorityOptions.Usage;

    public static async Task<int> Run(string[] arguments, TimeProvider time)
    {
        var log = new GuestLog("authority", time);
        try
        {
            var options = AuthorityOptions.Parse(arguments);
            using var authority = LoadRoot(options.Directory, time);
            await using var file = Open("--policy", options.Policy, path => PolicyFile.Open(path, time, log.Line));
            await using var vendors = Open("--collateral", options.Collateral, path => VendorCollateral.Open(path, options.Vendors, TrustRoots.Vendors, time));
            await using var keys = Open("--platform-keys", options.PlatformKeys, path => PlatformKeysFile.Open(path, time, log.Line));
            foreach (var problem in vendors?.Problems ?? []) log.Line($"--collateral {options.Collateral}: {problem.Subject}: {problem.Why}");
            AttestationPolicy Policy() => file?.Current ?? options.DefaultPolicy;
            var challenges = new Challenges(time);
            var verifier = new EvidenceVerifier(TrustRoots.Vendors, options.DevelopmentChainId);
            Func<CcaKeys>? platformKeys = keys is null ? null : () => keys.Current;
            var certifier = new Certifier(authority, verifier, Policy, new GivenCollateral(vendors?.Service, platformKeys), challenges, time);
            var parent = new ParentPipe();
            var answers = new AuthorityAnswers(certifier, challenges, Policy, vendors?.Service, platformKeys, log);
            await using var server = AuthorityServer.Start(options.Listen, authority, answers, time, log);
            PrintReady(server.LocalEndPoint, authority, Policy());
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

    private static T? Open<T>(string option, string? path, Func<string, T> open)
        where T : class
    {
        try
        {
            return path is null ? null : open(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new GuestException($"{option} {path} cannot be used: {fault.Message}", fault);
        }
    }

    private static void PrintReady(IPEndPoint endpoint, CertificateAuthority authority, AttestationPolicy policy)
    {
        var ready = CanonicalJson.Serialize(new JsonObject { ["endpoint"] = endpoint.ToString(), ["policy"] = policy.Hash.ToString(), ["root"] = Convert.ToBase64String(authority.Root.RawData) });
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
}
