using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace VideoGrain.Orchestrator.Persistence.Migrations;

/// <summary>Keeps the span of a job's submission with the job, so that all its attempts belong to one trace.</summary>
[DbContext(typeof(JobsDbContext))]
[Migration("20261125200000_TraceContext")]
internal sealed class TraceContext : Migration
{
    private const string Table = "jobs";
    private const string Column = "TraceParent";

    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.AddColumn<string>(Column, Table, maxLength: JobsDbContext.TraceParentLength, nullable: true, collation: migrationBuilder.TextCollation());

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropColumn(Column, Table);
}
