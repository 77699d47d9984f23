using System.Text.Json;

namespace SwarmCompute.Inference;

/// <summary>How a model's rotary positions are scaled: all alike (linear), or by factors that differ from pair to pair (llama3).</summary>
/// <param name="Factor">Positions are divided by this; 1 or more.</param>
/// <param name="ByWavelength">Whether only slow pairs are scaled, as Llama 3 does.</param>
/// <param name="LowFactor">low_freq_factor of Llama 3.</param>
/// <param name="HighFactor">high_freq_factor of Llama 3.</param>
/// <param name="OriginalContext">original_max_position_embeddings of Llama 3.</param>
internal sealed record HubRopeScaling(double Factor, bool ByWavelength, double LowFactor, double HighFactor, double OriginalContext)
{
    /// <exception cref="ModelImportException">It is scaled in a way that is not imported.</exception>
    public static HubRopeScaling? Read(JsonElement? settings, string architecture, int context, string path)
    {
        if (settings is not { } given) return null;
        var method = ImportJson.Text(given.Member("rope_type") ?? given.Member("type")) ?? throw HubConfig.Refused(path, "its scaling of positions has no rope_type");
        if (method == "default") return null;
        if (method is not ("linear" or "llama3"))
            throw HubConfig.Refused(path, $"its positions are scaled by the method {ImportJson.Shown(method)}; default, linear and llama3 are imported");
        if (method == "llama3" && architecture != "llama") throw HubConfig.Refused(path, $"its positions are scaled by the method llama3, which llama.cpp does not know for {architecture}");
        double Number(string name, double? missing = null) => HubConfig.Real(given.Member(name)) ?? missing ?? throw HubConfig.Refused(path, $"its scaling of positions has no {name}");
        var factor = Number("factor");
        if (factor is not (>= 1 and < 1e6)) throw HubConfig.Refused(path, "the factor of its scaling of positions is not from 1 to a million");
        if (method == "linear") return new(factor, false, 1, 1, context);
        var scaling = new HubRopeScaling(factor, true, Number("low_freq_factor"), Number("high_freq_factor"), Number("original_max_position_embeddings", context));
        return scaling.LowFactor > 0 && scaling.HighFactor > scaling.LowFactor && scaling.OriginalContext >= 1
            ? scaling
            : throw HubConfig.Refused(path, "its scaling of positions has factors that do not fit together");
    }

    /// <summary>
    /// What each pair's frequency is divided by, as Llama 3.1 does it: short waves stay, long ones are divided, those between are mixed.
    /// </summary>
    public float[] Factors(int headLength, double ropeBase)
    {
        var factors = new float[headLength / 2];
        for (var i = 0; i < factors.Length; i++)
        {
            var waves = OriginalContext * Math.Pow(ropeBase, -2.0 * i / headLength) / (2 * Math.PI);       // in the context of the first training
            var kept = Math.Clamp((waves - LowFactor) / (HighFactor - LowFactor), 0, 1);
            factors[i] = (float)(1 / ((1 - kept) / Factor + kept));
        }
        return factors;
    }
}
