using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Wsmq.Tests.Stores;

/// <summary>The configured path of the database: a file path is opened; anything else is refused without creating a file.</summary>
public sealed class SqlitePathTests : IDisposable
{
    private readonly TempFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("Data Source=ROOT/mounted/wsmq.db;Cache=Shared", "connection string")]
    [InlineData("data source = wsmq.db", "connection string")]
    [InlineData("DataSource=ROOT/mounted/wsmq.db", "connection string")]
    [InlineData("Filename=wsmq.db", "connection string")]
    [InlineData("Mode=Memory;Data Source=wsmq.db", "connection string")]
    [InlineData("ROOT/mounted/wsmq.db;Password=x", "connection string")]
    [InlineData(":memory:", "memory")]
    [InlineData("file::memory:?cache=shared", "URI")]
    [InlineData("file:ROOT/mounted/wsmq.db?cache=shared", "URI")]
    [InlineData("sqlite:///wsmq.db", "URI")]
    [InlineData("~/wsmq.db", "~")]
    [InlineData("ROOT/mounted", "folder")]
    [InlineData("ROOT/mounted/", "folder")]
    [InlineData("new/", "folder")]
    [InlineData(".", "folder")]
    [InlineData("", "must name a file")]
    [InlineData("  ", "must name a file")]
    public async Task A_path_that_is_not_a_file_is_refused_at_startup_and_creates_no_file(string given, string says)
    {
        Directory.CreateDirectory(_root.File("content"));
        Directory.CreateDirectory(_root.File("mounted"));
        await using var app = App(given.Replace("ROOT", _root.Path, StringComparison.Ordinal));

        var refused = await Record.ExceptionAsync(() => app.StartAsync());

        refused.Should().BeOfType<OptionsValidationException>().Which.Message.Should().Contain("WsmqSqliteOptions.Path").And.Contain(says);
        Directory.EnumerateFiles(_root.Path, "*", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Theory]
    [InlineData("wsmq.db")]
    [InlineData("a folder/of=mine; or not/wsmq.db")]
    [InlineData("ROOT/mounted/profile:1/~wsmq")]
    [InlineData("ROOT/mounted/memory")]
    public async Task A_file_path_is_used_as_it_is(string given)
    {
        Directory.CreateDirectory(_root.File("content"));
        var path = given.Replace("ROOT", _root.Path, StringComparison.Ordinal);
        await using var app = App(path);

        await app.StartAsync();

        File.Exists(Path.Combine(_root.File("content"), path)).Should().BeTrue();
        await app.StopAsync();
    }

    private WebApplication App(string path)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = _root.File("content") });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddWsmq().UseSqlite(path);
        return builder.Build();
    }
}
