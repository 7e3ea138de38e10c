using Wsmq.Faults.Running;

namespace Wsmq.Faults.Reporting;

/// <summary>The results of a campaign. With a file, an interrupted campaign can be continued.</summary>
internal sealed class ResultFile
{
    private readonly string? _file;
    private readonly List<RunResult> _results = [];

    public ResultFile(string? file)
    {
        _file = file;
        if (File.Exists(file))
            _results.AddRange(File.ReadLines(file).Where(line => line.Length > 0).Select(RunResult.Parse));
    }

    /// <summary>Ordered by seed.</summary>
    public IReadOnlyList<RunResult> Results => [.. _results.OrderBy(r => r.Seed)];

    public bool Has(int seed) => _results.Exists(r => r.Seed == seed);

    public void Add(RunResult result)
    {
        _results.Add(result);
        if (_file is not null)
            File.AppendAllText(_file, result.ToLine() + "\n");
    }
}
