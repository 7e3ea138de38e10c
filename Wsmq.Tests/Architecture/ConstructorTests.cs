using System.Reflection;
using System.Runtime.CompilerServices;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Architecture;

/// <summary>A constructor with many parameters hides a type that is missing.</summary>
public sealed class ConstructorTests
{
    private const int Most = 6;

    [Fact]
    public void No_constructor_has_more_than_six_parameters()
    {
        Assembly[] assemblies = [typeof(WsmqAddress).Assembly, typeof(WsmqClient).Assembly, typeof(IStore).Assembly];

        var constructors = assemblies.SelectMany(a => a.GetTypes())
            .Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute)))
            .SelectMany(type => type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .ToList();

        constructors.Should().HaveCountGreaterThan(300);
        constructors.Where(c => c.GetParameters().Length > Most).Select(c => $"{c.DeclaringType}: {c.GetParameters().Length}").Should().BeEmpty();
    }
}
