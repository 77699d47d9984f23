namespace SwarmCompute.Silo.Configuration;

/// <summary>Binds sections to options, and notes what no option is there for: a setting that is misspelt must not be a setting that is ignored.</summary>
internal sealed class SectionReader(IConfigurationRoot root)
{
    private readonly List<string> _faults = [];
    private readonly List<string> _names = [];

    public T Take<T>(string name) where T : new()
    {
        _names.Add(name);
        var options = new T();
        var section = root.GetSection(name);
        var known = typeof(T).GetProperties().Select(p => p.Name).ToArray();
        foreach (var setting in section.GetChildren().Where(s => !known.Contains(s.Key, StringComparer.OrdinalIgnoreCase)))
            _faults.Add($"{name}:{setting.Key} is not a setting; {name} has {string.Join(", ", known)}.");
        try
        {
            section.Bind(options);
        }
        catch (InvalidOperationException e)
        {
            _faults.Add(e.Message);
        }
        return options;
    }

    public void RequireNoOther()
    {
        foreach (var section in root.GetChildren().Where(s => !_names.Contains(s.Key, StringComparer.OrdinalIgnoreCase)))
            _faults.Add($"{section.Key} is not a section; there are {string.Join(", ", _names)}.");
        if (_faults.Count > 0) throw new SiloStartException(_faults);
    }
}
