using Wsmq.Faults.Running;

namespace Wsmq.Faults.Reporting;

/// <summary>The results of a campaign, kept in a file where there is one, so that it can go on after an interruption.</summary>
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

    /// <summary>In the order of their seeds.</summary>
    public IReadOnlyList<RunResult> Results => [.. _results.OrderBy(r => r.Seed)];

    public bool Has(int seed) => _results.Exists(r => r.Seed == seed);

    public void Add(RunResult result)
    {
        _results.Add(result);
        if (_file is not null)
            File.AppendAllText(_file, result.ToLine() + "\n");
    }
}
