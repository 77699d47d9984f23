using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>What a process knows of the vendors, by one path: a folder that caches what it fetches from them, or a bundle and no network.</summary>
public sealed class VendorCollateral : IAsyncDisposable
{
    private readonly CollateralCache _cache;
    private readonly HttpClient? _http;

    private VendorCollateral(CollateralCache cache, HttpClient? http, CollateralOptions options, ImmutableArray<CollateralProblem> problems, TimeProvider time)
    {
        (_cache, _http, Problems) = (cache, http, problems);
        Service = new CollateralService(cache, options, time);
    }

    /// <summary>Collects for evidence.</summary>
    public CollateralService Service { get; }

    /// <summary>What of a bundle was not taken, and why.</summary>
    public ImmutableArray<CollateralProblem> Problems { get; }

    /// <summary>Opens a folder, which is made where it is not there, or a bundle.</summary>
    /// <param name="path">The folder, or the bundle's file.</param>
    /// <param name="options">Where vendors are asked, and how long.</param>
    /// <param name="roots">The roots under which items are believed.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="FormatException">The file is no bundle, or an option is out of its range; the message is one line.</exception>
    /// <exception cref="IOException">It cannot be read, or made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or made.</exception>
    public static VendorCollateral Open(string path, CollateralOptions options, TrustRoots roots, TimeProvider time)
    {
        if (options.Faults() is [var fault, ..]) throw new FormatException(fault);
        return File.Exists(path) ? OfBundle(path, options, roots, time) : OfVendors(options with { Directory = path }, roots, time);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _cache.DisposeAsync();
        _http?.Dispose();
    }

    private static VendorCollateral OfVendors(CollateralOptions options, TrustRoots roots, TimeProvider time)
    {
        Directory.CreateDirectory(options.Directory!);
        var http = HttpCollateralVendor.CreateHttp();
        return new VendorCollateral(new CollateralCache(options, roots, new HttpCollateralVendor(http, options, time), time), http, options, [], time);
    }

    private static VendorCollateral OfBundle(string path, CollateralOptions options, TrustRoots roots, TimeProvider time)
    {
        if (new FileInfo(path).Length > CollateralBundle.BytesMax) throw new FormatException($"it is longer than the {CollateralBundle.BytesMax} bytes that are read");
        var bundle = CollateralBundle.Read(File.ReadAllBytes(path), out var fault) ?? throw new FormatException($"it is no bundle: {fault}");
        var cache = new CollateralCache(options, roots, vendor: null, time);
        return new VendorCollateral(cache, http: null, options, cache.Add(bundle), time);
    }
}
