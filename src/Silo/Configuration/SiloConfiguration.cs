using Microsoft.Extensions.Options;

namespace SwarmCompute.Silo.Configuration;

/// <summary>All that a silo is told: the configuration file, and over it environment variables such as <c>SWARM__Store__Redis</c>. Checked as a whole before anything starts.</summary>
public sealed record SiloConfiguration
{
    private const string EnvironmentPrefix = "SWARM__";

    /// <summary>Section <c>Node</c>.</summary>
    public required SiloNodeOptions Node { get; init; }

    /// <summary>Section <c>Cluster</c>.</summary>
    public required SiloClusterOptions Cluster { get; init; }

    /// <summary>Section <c>Store</c>.</summary>
    public required SiloStoreOptions Store { get; init; }

    /// <summary>Section <c>Chain</c>.</summary>
    public required SiloChainOptions Chain { get; init; }

    /// <summary>Section <c>Tls</c>.</summary>
    public required SiloTlsOptions Tls { get; init; }

    /// <summary>Section <c>Authority</c>.</summary>
    public required SiloAuthorityOptions Authority { get; init; }

    /// <summary>Section <c>Guest</c>.</summary>
    public required SiloGuestOptions Guest { get; init; }

    /// <summary>Section <c>Web</c>.</summary>
    public required SiloWebOptions Web { get; init; }

    /// <summary>Names the node only: some settings are secrets.</summary>
    public override string ToString() => $"configuration of {Node.Id}";

    /// <summary>Reads and checks the file. Relative paths in it are meant from its own folder.</summary>
    /// <exception cref="SiloStartException">The file cannot be read, or anything in it is wrong: every fault is named.</exception>
    public static SiloConfiguration Load(string file)
    {
        var sections = new SectionReader(Read(file));
        var configuration = new SiloConfiguration
        {
            Node = sections.Take<SiloNodeOptions>("Node"),
            Cluster = sections.Take<SiloClusterOptions>("Cluster"),
            Store = sections.Take<SiloStoreOptions>("Store"),
            Chain = sections.Take<SiloChainOptions>("Chain"),
            Tls = sections.Take<SiloTlsOptions>("Tls"),
            Authority = sections.Take<SiloAuthorityOptions>("Authority"),
            Guest = sections.Take<SiloGuestOptions>("Guest"),
            Web = sections.Take<SiloWebOptions>("Web"),
        };
        sections.RequireNoOther();
        configuration.ResolvePaths(Path.GetDirectoryName(Path.GetFullPath(file))!);
        configuration.Validate();
        return configuration;
    }

    private static IConfigurationRoot Read(string file)
    {
        if (!File.Exists(file)) throw new SiloStartException($"The configuration file {file} does not exist; give --config FILE.");
        try
        {
            return new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(file), optional: false).AddEnvironmentVariables(EnvironmentPrefix).Build();
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
        {
            var cause = e.InnerException is { } inner && e is InvalidDataException ? inner.Message : e.Message;
            throw new SiloStartException($"The configuration file {file} cannot be read: {cause}", e);
        }
    }

    private void ResolvePaths(string folder)
    {
        Store.Directory = Resolve(Store.Directory);
        Chain.AccountKeyFile = Resolve(Chain.AccountKeyFile);
        Tls.CertificateFile = Resolve(Tls.CertificateFile);
        Tls.KeyFile = Resolve(Tls.KeyFile);
        Tls.RootFile = Resolve(Tls.RootFile);
        Tls.EvidencePolicyFile = Resolve(Tls.EvidencePolicyFile);
        Tls.CollateralPath = Resolve(Tls.CollateralPath);
        Tls.PlatformKeysPath = Resolve(Tls.PlatformKeysPath);
        Guest.Executable = Resolve(Guest.Executable);
        Guest.AssetDirectory = Resolve(Guest.AssetDirectory);
        Guest.WorkDirectory = Resolve(Guest.WorkDirectory);
        Guest.NativeLibraryDirectory = Resolve(Guest.NativeLibraryDirectory);

        string Resolve(string path) => path.Length == 0 ? path : Path.GetFullPath(path, folder);
    }

    private void Validate()
    {
        ValidateOptionsResult[] results =
        [
            new SiloNodeOptionsValidator().Validate(null, Node),
            new SiloClusterOptionsValidator().Validate(null, Cluster),
            new SiloStoreOptionsValidator().Validate(null, Store),
            new SiloChainOptionsValidator().Validate(null, Chain),
            new SiloTlsOptionsValidator().Validate(null, Tls),
            new SiloAuthorityOptionsValidator(Node).Validate(null, Authority),
            new SiloGuestOptionsValidator(Node).Validate(null, Guest),
            new SiloWebOptionsValidator().Validate(null, Web),
        ];
        var faults = results.SelectMany(r => r.Failures ?? []).ToArray();
        if (faults.Length > 0) throw new SiloStartException(faults);
    }
}
