// A server for Bluesky's accounts, and the directory that it enters them in: node THIS FOLDER PORT.
const [folder, port] = process.argv.slice(2)
const { TestPlc, TestPds } = require(require.resolve('@atproto/dev-env', { paths: [folder] }))

async function serve() {
  const directory = await TestPlc.create({})
  await TestPds.create({ didPlcUrl: directory.url, port: Number(port) })
}

serve().catch((error) => {
  console.error(error)
  process.exit(1)
})
